import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface TestRepository extends AsyncDisposable {
  readonly path: string
  /** The head. */
  readonly sha: string
}

/** A real git repository with one commit: `narwhal.yml` (a link when it begins with `->`), or a README only. */
export async function makeRepository(pipeline: string | undefined, message = 'A change'): Promise<TestRepository> {
  const path = await mkdtemp(join(tmpdir(), 'narwhal-runner-repository-'))
  const git = async (...argv: readonly string[]) => (await promisify(execFile)('git', argv, { cwd: path, env })).stdout
  await git('init', '--quiet', '--initial-branch=main')
  await writeFile(join(path, 'README.md'), 'hello\n')
  if (pipeline?.startsWith('->')) await symlink(pipeline.slice(2), join(path, 'narwhal.yml'))
  else if (pipeline !== undefined) await writeFile(join(path, 'narwhal.yml'), pipeline)
  await git('add', '--all')
  await git('commit', '--quiet', '-m', message)
  const sha = (await git('rev-parse', 'HEAD')).trim()
  return { path, sha, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

const who = ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_NAME`, 'Ada'] as const)
const where = ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_EMAIL`, 'ada@example.org'] as const)
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/dev/null',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  ...Object.fromEntries([...who, ...where]),
}
