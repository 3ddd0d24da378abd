import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, virtualClock } from '@narwhal/host'
import { expect, onTestFinished, test } from 'vitest'
import { engineState, isEngineUpWithin } from '../setup/engine-state.ts'

const { signal } = new AbortController()

test('no socket is no engine', async () => {
  const socketPath = join(await temporaryFolder(), 'none.sock')

  expect(await engineState({ socketPath }, signal)).toBe('absent')
})

test('a socket that somebody left behind is no engine', async () => {
  const socketPath = join(await temporaryFolder(), 'plain-file')
  await writeFile(socketPath, '')

  expect(await engineState({ socketPath }, signal)).toBe('absent')
})

test('who answers a ping with 200 is an engine', async () => {
  const socketPath = await listen(200)

  expect(await engineState({ socketPath }, signal)).toBe('answers')
})

test('who answers otherwise is none', async () => {
  const socketPath = await listen(503)

  expect(await engineState({ socketPath }, signal)).toBe('silent')
})

test('waiting ends when the engine answers', async () => {
  const socketPath = await listen(200)

  expect(await isEngineUpWithin({ socketPath }, { clock: systemClock, signal, limitMs: 1000 })).toBe(true)
})

test('waiting ends when what should answer has ended', async () => {
  const socketPath = join(await temporaryFolder(), 'none.sock')
  const wait = { clock: virtualClock(), signal, limitMs: 60_000, isOver: async () => true }

  expect(await isEngineUpWithin({ socketPath }, wait)).toBe(false)
})

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function listen(status: number): Promise<string> {
  const socketPath = join(await temporaryFolder(), 'engine.sock')
  const listening = createServer((_, answer) => answer.writeHead(status).end())
  onTestFinished(() => void listening.close())
  await once(listening.listen(socketPath), 'listening')
  return socketPath
}
