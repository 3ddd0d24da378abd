import { createHash } from 'node:crypto'
import type { TreeFile } from '@narwhal/git'
import type { CacheDefinition } from '@narwhal/pipeline'
import { fileGlobs } from './globs.ts'

/** What the key of a cache is made of. */
export interface CacheKeyParts {
  /** Of the engine. */
  readonly platform: string
  /** Directory of the job, relative to the workspace. */
  readonly dir?: string | undefined
  /** Every file of the commit; asked for only when the key depends on them. */
  readonly listFiles: () => Promise<readonly TreeFile[]>
}

/** The key that is kept, or why there is none; `isFixed`: nothing in the commit will ever change it. */
export type CacheKey = { readonly key: string; readonly isFixed: boolean } | { readonly fault: string }

const lockFiles = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'go.sum',
  'Cargo.lock',
  'poetry.lock',
  'uv.lock',
  'Pipfile.lock',
  'Gemfile.lock',
  'composer.lock',
  'gradle.lockfile',
  'buildscript-gradle.lockfile',
  'pom.xml',
])

/**
 * The key of a cache: of the platform, its paths, and the text or the files that the author named, else the lock files
 * at the root of the repository and in the directory of the job. Files count as the commit has them, not the workspace.
 */
export async function cacheKey({ key, paths }: CacheDefinition, parts: CacheKeyParts): Promise<CacheKey> {
  const { platform } = parts
  if (typeof key === 'string') return { key: digest([platform, paths, { text: key }]), isFixed: false }
  const files = (await parts.listFiles()).filter(key === undefined ? isLockFile(parts.dir) : isNamed(key.files))
  if (key !== undefined && files.length === 0) return { fault: `no file of the commit matches ${key.files.join(', ')}` }
  const contents = files.map(({ path, oid }) => [path, oid])
  return { key: digest([platform, paths, { contents }]), isFixed: files.length === 0 }
}

function isLockFile(dir = ''): (file: TreeFile) => boolean {
  const inDirectory = dir.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '')
  const prefixes = ['', inDirectory === '' || inDirectory === '.' ? '' : `${inDirectory}/`]
  return ({ path }) =>
    prefixes.some((prefix) => {
      const name = path.startsWith(prefix) ? path.slice(prefix.length) : ''
      return lockFiles.has(name) || /^requirements[^/]*\.txt$/.test(name)
    })
}

function isNamed(globs: readonly string[]): (file: TreeFile) => boolean {
  const { keeps } = fileGlobs(globs)
  return ({ path }) => keeps(path)
}

function digest(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
