import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join, resolve } from 'node:path'
import { repositoryOf } from '@narwhal/git'
import type { Environment } from '@narwhal/host'
import { isRef, problem, type Repository } from '@narwhal/protocol'
import { runCommand } from '../setup/run-command.ts'

// What is in the working tree becomes a commit that only we know:
// 1. Nothing of the person's repository changes: neither its index, nor its refs, nor its objects. New objects go to a
//    bare repository of ours, which borrows the rest.
// 2. When it holds just what the newest commit does, it is that commit: sha, author and history are those of CI.
//    In a shallow clone it is a commit without parents: what is behind them is not there to be fetched.
// 3. What git ignores is left out, as a push would leave it out; what is not added yet is in.

/** A commit of what the working tree holds; nobody else has it unless nothing was changed. */
export interface Snapshot {
  /** What the repository is called in CI: by its remote `origin`, else by its path. */
  readonly repository: Repository
  /** A bare repository that has the commit as the head of `ref`. */
  readonly path: string
  readonly ref: string
  readonly sha: string
  /** Of the newest commit of the person; absent when there is none. */
  readonly message?: string
  /** The root of the working tree. */
  readonly root: string
  /** The working tree differs from that commit. */
  readonly isChanged: boolean
}

export interface SnapshotOptions {
  /** Where the bare repository is made; must be empty or not there. */
  readonly into: string
  readonly env: Environment
  readonly signal: AbortSignal
}

/** @throws {ProblemError} SNAPSHOT_FAILED with git's words when `directory` is in no working tree of git. */
export async function snapshotWorkingTree(directory: string, options: SnapshotOptions): Promise<Snapshot> {
  const { into } = options
  const at = gitAt(directory, options)
  const root = await at('rev-parse', '--show-toplevel')
  const own = gitAt(root, options)
  const head = await own('rev-parse', '--verify', '--quiet', 'HEAD^{commit}').catch(() => undefined)
  const gitDirectory = resolve(root, await own('rev-parse', '--absolute-git-dir'))
  const objects = resolve(root, await own('rev-parse', '--git-path', 'objects'))

  const format = await own('rev-parse', '--show-object-format').catch(() => 'sha1')
  await own('init', '--quiet', '--bare', '--template=', `--object-format=${format}`, into)
  await mkdir(join(into, 'objects', 'info'), { recursive: true })
  await writeFile(join(into, 'objects', 'info', 'alternates'), `${objects}\n`)
  await copyFile(join(gitDirectory, 'index'), join(into, 'index')).catch(() => undefined) // it only saves reading unchanged files again

  const exclude = await own('rev-parse', '--git-path', 'info/exclude')
  await mkdir(join(into, 'info'), { recursive: true })
  await copyFile(resolve(root, exclude), join(into, 'info', 'exclude')).catch(() => undefined)

  const author = await own('config', 'user.name').catch(() => us.name)
  const bare = gitAt(root, { ...options, author }, ['--git-dir', into, '--work-tree', root])
  await bare('add', '--all')
  const tree = await bare('write-tree')
  const isChanged = head === undefined || (await own('rev-parse', `${head}^{tree}`)) !== tree
  const message = head === undefined ? undefined : await own('log', '-1', '--format=%B', head)
  const isShallow = (await own('rev-parse', '--is-shallow-repository')) === 'true'
  const parents = head === undefined || isShallow ? [] : ['-p', head]
  const isNew = isChanged || isShallow
  const sha = isNew ? await bare('commit-tree', ...parents, '-m', message ?? 'The working tree', tree) : head
  const ref = await refOf(own)
  await bare('update-ref', ref, sha)
  await bare('symbolic-ref', 'HEAD', ref)
  const repository = await own('remote', 'get-url', 'origin')
    .then(repositoryOf)
    .catch(() => repositoryOf(root))
  return { repository, path: into, ref, sha, root, isChanged, ...(message === undefined ? {} : { message }) }
}

type Git = (...args: readonly string[]) => Promise<string>

/** The branch that is checked out; without one, or with a name that Narwhal does not take: `main`. */
async function refOf(git: Git): Promise<string> {
  const ref = await git('symbolic-ref', '--quiet', 'HEAD').catch(() => '')
  return isRef(ref) ? ref : 'refs/heads/main'
}

const us = { name: 'Narwhal', email: 'narwhal@narwhal.invalid' }

/** The person's own git settings hold (ignored files, line ends), but for what would run or sign. */
function gitAt(
  cwd: string,
  { env, signal, author = us.name }: Omit<SnapshotOptions, 'into'> & { readonly author?: string },
  options: readonly string[] = [],
): Git {
  const rest = Object.fromEntries(Object.entries(env).filter(([key]) => !key.startsWith('GIT_')))
  const own = {
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: us.email,
    GIT_COMMITTER_NAME: us.name,
    GIT_COMMITTER_EMAIL: us.email,
    GIT_TERMINAL_PROMPT: '0',
  }
  const quiet = [
    '-c',
    'commit.gpgSign=false',
    '-c',
    `core.hooksPath=${devNull}`,
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.safecrlf=false',
  ]
  return async (...args) => {
    const { code, output } = await runCommand(['git', ...quiet, ...options, ...args], {
      cwd,
      env: { ...rest, ...own },
      signal,
    })
    if (code === 0) return output.trimEnd()
    throw problem('SNAPSHOT_FAILED', `git ${args[0] ?? ''} ended with code ${code}: ${output.trim()}`)
  }
}
