import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** What stands at a path: text, a script, or a symbolic link. */
export type FileContent = string | Uint8Array | { readonly script: string } | { readonly symlink: string }

/** Path → content. */
export type Files = Readonly<Record<string, FileContent>>

/** A real git repository in a directory of its own. */
export interface MadeRepository extends AsyncDisposable {
  /** The directory; it can be fetched from as it is. */
  readonly path: string
  /** The commit that it was made with. */
  readonly sha: string
  /** Commits more files to the branch that is checked out and gives the full name of the commit. */
  commit(files: Files, message?: string): Promise<string>
  /** Runs `git` in it and gives what it printed. */
  git(...argv: readonly string[]): Promise<string>
}

const exec = promisify(execFile)

/** A repository with one commit of `files` on `main` (and one more for each of `commits`). */
export async function makeRepository({
  files = { 'README.md': 'hello\n' },
  commits = [],
  objectFormat = 'sha1',
}: {
  files?: Files
  commits?: readonly Files[]
  objectFormat?: 'sha1' | 'sha256'
} = {}): Promise<MadeRepository> {
  const path = await mkdtemp(join(tmpdir(), 'narwhal-repository-'))
  const git = (...argv: readonly string[]) => runIn(path, argv)

  async function commit(more: Files, message = 'A change'): Promise<string> {
    for (const [name, content] of Object.entries(more)) await writeContent(join(path, name), content)
    await git('add', '--all', '--force')
    await git('commit', '--quiet', '--allow-empty', '-m', message)
    return await git('rev-parse', 'HEAD')
  }

  await git('init', '--quiet', '--initial-branch=main', `--object-format=${objectFormat}`)
  const sha = await commit(files, 'The first commit')
  for (const more of commits) await commit(more)
  return { path, sha, commit, git, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function runIn(path: string, argv: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: '/dev/null',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada Lovelace',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
  const { stdout } = await exec('git', argv, { cwd: path, env })
  return stdout.trim()
}

async function writeContent(path: string, content: FileContent): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  if (typeof content === 'string' || content instanceof Uint8Array) return await writeFile(path, content)
  await rm(path, { force: true })
  if ('symlink' in content) return await symlink(content.symlink, path)
  await writeFile(path, content.script)
  await chmod(path, 0o755)
}
