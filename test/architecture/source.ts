import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A text file of the tree. `path` is relative to the root, with `/`. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What a checker found, as a line that an editor can open: `libs/git/fetch.ts:12 …`. */
export type Violation = string

/** A rule of the tree. It is pure, so that a planted violation can be shown to it. */
export type Checker = (sources: readonly Source[]) => readonly Violation[]

const skippedFolders = new Set(['node_modules', '.git', '.narwhal'])
const textFile = /(?:\.(?:ts|mjs|json|yml|yaml|md|sh|example)|(?:^|\/)(?:run|LICENSE|\.gitignore))$/
const skippedFile = /(?:^|\/)(?:pnpm-lock\.yaml|package-lock\.json)$/

/** Every text file that people write, in the order of their paths. */
export function readTree(root: string, folder = ''): readonly Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : readTree(root, path)
      if (!entry.isFile() || !textFile.test(path) || skippedFile.test(path)) return []
      return [{ path, text: readFileSync(join(root, path), 'utf8') }]
    })
}

/** Files of code: product, tests and tools. */
export function isCode({ path }: Source): boolean {
  return /\.(?:ts|mjs)$/.test(path)
}

/** Code that users run: libs and services without their tests. */
export function isProduct(source: Source): boolean {
  return isCode(source) && /^(?:libs|services)\//.test(source.path) && !source.path.includes('/test/')
}

/** Tests, their setup and their benchmarks. */
export function isTest(source: Source): boolean {
  return isCode(source) && /(?:^|\/)test\//.test(source.path)
}

/** The number of the line of `text` in which `offset` lies; 1 for the first. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
