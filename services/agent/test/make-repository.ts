import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openDirectory } from './open-test-agent.ts'

const exec = promisify(execFile)

/** A real git repository with one commit on `main`, in a directory of its own. */
export async function makeRepository() {
  const directory = await openDirectory()
  const env = {
    PATH: process.env['PATH'],
    HOME: directory.path,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  }
  const git = async (...argv: readonly string[]) => {
    const { stdout } = await exec('git', argv, { cwd: directory.path, env })
    return stdout.trim()
  }
  const commit = async (message: string) => {
    await git('commit', '--quiet', '--allow-empty', '-m', message)
    return git('rev-parse', 'HEAD')
  }
  await git('init', '--quiet', '--initial-branch=main')
  const sha = await commit('The first commit')
  return { path: directory.path, sha, git, commit, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}
