import { execFileSync } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '@narwhal/host'
import { commitsTopic } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { expect, test } from 'vitest'
import { runProgram } from '../program.ts'
import { makeRepository, runCommand } from './open-test-narwhal.ts'
import { openPaperTerminal } from './paper-terminal.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A folder for data and repository, and the environment for it; the engine runs no containers. */
async function openFolder(steps: readonly string[]) {
  const folder = await temporaryFolder()
  const data = join(folder, 'data')
  const path = await makeRepository(join(folder, 'ada', 'engine'), steps)
  const env = { NARWHAL_DATA: data, NARWHAL_PORT: '0', NARWHAL_ENGINE: 'scripted:', NARWHAL_LOG_LEVEL: 'silent' }
  return { data, path, env, sha: git(path, 'rev-parse', 'HEAD') }
}

function git(path: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=a@b', ...args], {
    cwd: path,
    encoding: 'utf8',
  }).trim()
}

test('once: the head is built, shown, told, and the exit code is its outcome', async () => {
  const { data, path, env, sha } = await openFolder(['echo hello', 'true'])

  const { code, output } = await runCommand(['up', '--watch', path, '--once'], env)

  expect(code).toBe(0)
  expect(output).toMatch(/Narwhal is up: http:\/\/127\.0\.0\.1:\d+\n/)
  expect(output).toContain(`ada/engine #1  main ${sha.slice(0, 7)}  "Count in Roman numerals"`)
  expect(output).toMatch(/✓ plan .*\n {2}✓ echo hello .*\n {2}✓ true .*\npassed {2}in .* narwhal log ada\/engine#1\n$/)
  await access(join(data, 'results', 'local', 'ada', 'engine', sha, '1.json'))
})

test('once: a failed head is shown with the end of its log', async () => {
  const { path, env } = await openFolder(['echo before', 'seq 30 && false', 'echo never'])

  const { code, output } = await runCommand(['up', '--watch', path, '--once'], env)

  expect(code).toBe(1)
  expect(output).toMatch(
    /✗ seq 30 && false .* exit 1\n {6}11\n {6}12\n[^]* {6}30\n {2}- echo never +skipped\nfailed {2}STEP_FAILED/,
  )
  expect(output).not.toContain('before\n      ')
})

test('once: a build that waits in the queue from a former life is not taken for the head', async () => {
  const { data, path, env, sha } = await openFolder(['false'])
  await queueCommit(join(data, 'queue.sqlite'), sha)
  git(path, 'rm', '--quiet', 'narwhal.yml')
  git(path, 'commit', '--quiet', '-m', 'Remove')
  git(path, 'revert', '--no-edit', 'HEAD')
  await makeGreen(path)

  const { code, output } = await runCommand(['up', '--watch', path, '--once'], env)

  expect(code).toBe(0)
  expect(output).toContain('"Make it green"')
})

test('without once it stays until somebody ends it', async () => {
  const { path, env } = await openFolder(['true'])
  const stop = new AbortController()
  const terminal = openPaperTerminal()
  const print = (line: string) => {
    terminal.print(line)
    if (line.startsWith('passed')) stop.abort(new DOMException('SIGINT', 'AbortError'))
  }
  const context = { env, clock: systemClock, terminal: { ...terminal, print }, signal: stop.signal }

  const code = await runProgram(['up', '--watch', path], context)

  expect(code).toBe(0)
  expect(terminal.output()).not.toContain('Stopping')
})

test('once: whoever ends it before the outcome gets no 0', async () => {
  const { path, env } = await openFolder(['true'])
  const signal = AbortSignal.abort(new DOMException('SIGTERM', 'AbortError'))
  const context = { env, clock: systemClock, terminal: openPaperTerminal(), signal }

  expect(await runProgram(['up', '--watch', path, '--once'], context)).toBe(143)
})

test.each([
  ['a path that is no repository', ['--watch', '/nonexistent/engine'], 'WATCH_FAILED'],
  ['a URL with a password in it', ['--watch', 'https://ada:secret@example.org/ada/engine'], 'CLONE_URL_INVALID'],
  ['nothing to build once', ['--once'], 'ONCE_WATCHES_NOTHING'],
])('%s is told at once', async (_, argv, code) => {
  const { env } = await openFolder(['true'])

  await expect(runCommand(['up', ...argv], env)).rejects.toThrow(expect.objectContaining({ code }))
})

async function makeGreen(path: string): Promise<void> {
  execFileSync('sed', ['-i', 's/false/true/', 'narwhal.yml'], { cwd: path })
  git(path, 'commit', '--quiet', '--all', '-m', 'Make it green')
}

async function queueCommit(path: string, sha: string): Promise<void> {
  const repository = { host: 'local', owner: 'ada', name: 'engine' }
  const commit = { repository, ref: 'refs/heads/main', sha, trigger: 'poll' }
  const id = '01a1fbd7-b034-73c8-8296-cfdbba0e2ece'
  await using queue = await openQueue(`sqlite:${path}`, { clock: systemClock })
  const body = JSON.stringify({ version: 1, id, eventKey: 'a former life', receivedAt: 1, commit })
  await queue.publish(commitsTopic, { id, body }, { signal: AbortSignal.timeout(5_000) })
}
