import { execFileSync } from 'node:child_process'
import { PassThrough, Writable } from 'node:stream'
import { systemClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { ownRepository } from '../own-repository.ts'
import { openTerminal } from '../terminal.ts'
import { openTestNarwhal } from './open-test-narwhal.ts'
import { openPaperTerminal } from './paper-terminal.ts'
import { temporaryFolder } from './temporary-folder.ts'

const of = ['--repository', 'github.com/ada/engine']
const { signal } = new AbortController()

test('a secret is set, listed and removed; its value is shown nowhere', async () => {
  const { run, narwhal } = await openTestNarwhal(undefined)

  const set = await run(['secrets', 'set', 'TOKEN', ...of], { input: 'first-value\n' })
  const list = await run(['secrets', 'list', ...of])
  const stored = await narwhal.store.transaction(({ secrets }) => secrets.find('github.com/ada/engine', 'TOKEN'))
  const removed = await run(['secrets', 'remove', 'TOKEN', ...of])

  expect(set.output).toBe('TOKEN is set for github.com/ada/engine\n')
  expect(list.output).toMatch(/^SECRET +CHANGED\nTOKEN +\S/)
  expect(stored).toMatchObject({ name: 'TOKEN', version: 1 })
  expect(removed.output).toBe('TOKEN is removed from github.com/ada/engine\n')
  expect((await run(['secrets', 'list', ...of])).output).toContain('has no secrets. Set one: narwhal secrets set NAME')
  expect([set, list, removed].map(({ output, remarks }) => output + remarks).join('')).not.toContain('first-value')
})

test.each([
  ['nothing', '', /no value came for TOKEN/],
  ['an empty line', '\n', /no value came for TOKEN/],
  ['what is too short', 'short\n', /less than 6 characters/],
])('%s is no secret', async (_, input, problem) => {
  const { run } = await openTestNarwhal(undefined)

  await expect(run(['secrets', 'set', 'TOKEN', ...of], { input })).rejects.toThrow(problem)
})

test('the line break behind one line goes, those of several lines stay', async () => {
  const { run, narwhal } = await openTestNarwhal(undefined)
  const lengthOf = (name: string) =>
    narwhal.store.transaction(async ({ secrets }) => {
      const secret = await secrets.find('github.com/ada/engine', name)
      return (secret?.ciphertext.length ?? 0) - 16 // the tag of AES-GCM
    })

  await run(['secrets', 'set', 'LINE', ...of], { input: 'one-line\r\n' })
  await run(['secrets', 'set', 'LINES', ...of], { input: 'one\ntwo-lines\n' })

  expect([await lengthOf('LINE'), await lengthOf('LINES')]).toEqual([8, 14])
})

test('the repository is that of the working directory', async () => {
  const directory = await temporaryFolder()
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: directory, stdio: 'pipe' })
  const context = { env: process.env, clock: systemClock, terminal: openPaperTerminal(), signal }
  git('init', '--quiet')
  await expect(ownRepository(directory, context)).rejects.toMatchObject({ code: 'REPOSITORY_UNCLEAR' })

  git('remote', 'add', 'origin', 'https://github.com/ada/engine.git')

  expect(await ownRepository(directory, context)).toBe('github.com/ada/engine')
})

test('a secret that is typed is seen nowhere', async () => {
  const shown: string[] = []
  const stdout = new Writable({ write: (chunk, _, done) => (shown.push(String(chunk)), done()) })
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin })
  const streams = { stdin, stdout, stderr: stdout } as unknown as Parameters<typeof openTerminal>[0] // what a terminal uses of them
  const terminal = openTerminal(streams, false)

  const typed = terminal.readSecret('Value of TOKEN: ', { signal })
  stdin.write('hunter2-hunter2\r')

  expect(await typed).toBe('hunter2-hunter2')
  expect(shown.join('')).toBe('Value of TOKEN: \n')
})

test('all of a pipe is the secret', async () => {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const streams = { stdin, stdout, stderr: stdout } as unknown as Parameters<typeof openTerminal>[0] // what a terminal uses of them
  stdin.end('line one\nline two\n')

  expect(await openTerminal(streams, false).readSecret('Value: ', { signal })).toBe('line one\nline two\n')
  expect(stdout.read()).toBeNull()
})
