import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import { runGit } from './run-git.ts'

/** How much of the history comes with a commit. */
export interface HistoryOptions {
  /** Commits; 0: all of it. 1 unless told. */
  readonly depth?: number
  /** Also every tag. */
  readonly tags?: boolean
  readonly signal: AbortSignal
}

/**
 * Makes `directory` a repository of its own with the commit checked out. It keeps no trace of the mirror: no remote,
 * no alternates, no reflog. Filters, LFS, submodules and hooks do not run.
 *
 * @throws WORKSPACE_NOT_EMPTY, GIT_FAILED, GIT_MISSING, an errno, or the reason of `signal`.
 */
export async function checkOutWorkspace(
  mirrorPath: string,
  sha: string,
  { directory, signal, depth = 1, tags = false }: HistoryOptions & { readonly directory: string },
): Promise<void> {
  await makeRepository(directory, sha)
  const here = ['-c', 'fetch.fsckObjects=false', '--git-dir', join(directory, '.git'), '--work-tree', directory]
  const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', ...(depth === 0 ? [] : [`--depth=${depth}`])]
  const tagRefs = tags ? ['+refs/narwhal/tags/*:refs/tags/*'] : []
  await runGit([...here, ...fetch, '--', mirrorPath, sha, ...tagRefs], { protocol: 'file', signal })
  await runGit([...here, 'checkout', '--quiet', '--force', '--detach', sha, '--'], { signal })
}

/** What `git init` makes, less what nobody reads: it saves a process on the way to every first step. */
async function makeRepository(directory: string, sha: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const found = await readdir(directory)
  if (found.length > 0) throw problem('WORKSPACE_NOT_EMPTY', `${directory} holds ${found.slice(0, 3).join(', ')}.`)
  const git = join(directory, '.git')
  await mkdir(join(git, 'objects'), { recursive: true })
  await mkdir(join(git, 'refs'))
  await writeFile(join(git, 'HEAD'), 'ref: refs/heads/main\n')
  await writeFile(join(git, 'config'), sha.length === 64 ? sha256Config : sha1Config)
}

const core = '\tfilemode = true\n\tbare = false\n'
const sha1Config = `[core]\n\trepositoryformatversion = 0\n${core}`
const sha256Config = `[core]\n\trepositoryformatversion = 1\n${core}[extensions]\n\tobjectformat = sha256\n`
