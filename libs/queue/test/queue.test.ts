import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openQueue } from '@narwhal/queue'
import { expect, test } from 'vitest'
import { hurriedClock } from './hurried-clock.ts'
import { type QueuePlace, uniqueTopic } from './contract/queue-place.ts'
import { describeQueue } from './queue-contract.ts'
import { startTaking } from './taking.ts'

const clock = hurriedClock(20)

describeQueue('memory:', {
  durable: false,
  openPlace: async () => ({
    open: () => openQueue('memory:', { clock }),
    topic: (...subscribers) => uniqueTopic(subscribers),
    async [Symbol.asyncDispose]() {},
  }),
})

describeQueue('sqlite:', { durable: true, openPlace: sqlitePlace })

async function sqlitePlace(): Promise<QueuePlace & { readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-queue-'))
  const url = `sqlite:${join(folder, 'made', 'queue.sqlite')}`
  return {
    url,
    open: () => openQueue(url, { clock }),
    topic: (...subscribers) => uniqueTopic(subscribers),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

test('a file that another queue has open is refused, and can be opened once that is closed', async () => {
  await using place = await sqlitePlace()
  const first = await place.open()

  await expect(place.open()).rejects.toMatchObject({ code: 'QUEUE_FILE_UNUSABLE' })

  await first[Symbol.asyncDispose]()
  await using second = await place.open()
  expect(second.readiness()).toBe('ready')
})

test('every message that was kept is there after its sender was killed in the middle', async () => {
  await using place = await sqlitePlace()
  const topic = place.topic()
  const program = fileURLToPath(new URL('publish-endlessly.ts', import.meta.url))
  const sender = spawn(process.execPath, [program, place.url, topic.name], { stdio: ['ignore', 'pipe', 'inherit'] })
  const kept: string[] = []
  for await (const id of createInterface({ input: sender.stdout })) {
    kept.push(id)
    if (kept.length === 200) sender.kill('SIGKILL')
  }

  await using queue = await place.open()
  await using taking = startTaking(queue, topic)

  await taking.has(kept.length)
  expect(taking.ids().slice(0, kept.length)).toEqual(kept)
  expect(taking.messages().every(({ redelivered }) => redelivered)).toBe(true)
})

test('a path that is a folder is refused', async () => {
  await expect(openQueue(`sqlite:${tmpdir()}`, { clock })).rejects.toMatchObject({ code: 'QUEUE_FILE_UNUSABLE' })
})

test.each([
  '',
  'kafka://user:secret@broker',
  'amqp:',
  'amqp://',
  'http://broker:5672',
  'sqlite:',
  'memory',
  'user:secret',
])('the address "%s" is refused with the three forms, and without its secrets', async (url) => {
  const opening = openQueue(url, { clock })

  await expect(opening).rejects.toMatchObject({ code: 'QUEUE_URL_INVALID' })
  await expect(opening).rejects.toThrow(/amqp:.*sqlite:.*memory:/)
  await expect(opening).rejects.not.toThrow(/secret/)
})
