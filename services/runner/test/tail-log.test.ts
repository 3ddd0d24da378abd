import { appendFile, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { type StepLog, tailLog } from '../tail-log.ts'

interface TestTail extends AsyncDisposable {
  readonly path: string
  readonly log: StepLog
  readonly growths: { count: number }
}

async function openTail(capBytes = 1_000): Promise<TestTail> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-tail-'))
  const path = join(directory, 'step-0.log')
  const growths = { count: 0 }
  const log = tailLog(path, { capBytes, clock: systemClock, onGrowth: () => growths.count++ })
  return {
    path,
    log,
    growths,
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}

test('a log can be read while it grows, and its growth is noticed', async () => {
  await using tail = await openTail()
  const before = await tail.log.read(0, 100)

  await writeFile(tail.path, 'first\n')
  await expect.poll(() => tail.growths.count).toBeGreaterThan(0)
  const first = await tail.log.read(0, 100)
  await appendFile(tail.path, 'second\n')
  const second = await tail.log.read(6, 100)

  expect([before, first, second].map(String)).toEqual(['', 'first\n', 'second\n'])
  expect(tail.log.lengthBytes).toBeUndefined()
})

test('an empty file that was left behind gives way to the one that the step makes', async () => {
  await using tail = await openTail()
  await writeFile(tail.path, '')
  const before = await tail.log.read(0, 100)

  await rm(tail.path)
  await writeFile(tail.path, 'of the step\n')
  const after = await tail.log.read(0, 100)

  expect([before, after].map(String)).toEqual(['', 'of the step\n'])
})

test('the end of a log is that of the file which is there then', async () => {
  await using tail = await openTail()
  await writeFile(tail.path, '')
  await tail.log.read(0, 100)

  await rm(tail.path)
  await writeFile(tail.path, 'all\n')
  await tail.log.end()

  expect(tail.log.lengthBytes).toBe(4)
})

test('a log that has ended does not grow any more', async () => {
  await using tail = await openTail()
  await writeFile(tail.path, 'all\n')

  await tail.log.end()
  await appendFile(tail.path, 'a process in the background\n')

  expect(tail.log.lengthBytes).toBe(4)
  expect(String(await tail.log.read(0, 100))).toBe('all\n')
  expect(String(await tail.log.read(4, 100))).toBe('')
})

test('a log above its cap is cut, and its last line says so', async () => {
  await using tail = await openTail(10)
  await writeFile(tail.path, '0123456789+')

  await tail.log.end()

  const text = String(await tail.log.read(0, 100)) + String(await tail.log.read(10, 100))
  expect(text).toMatch(/^0123456789\n\[narwhal\] The log was cut here/)
  expect(tail.log.lengthBytes).toBe(text.length)
})

test('a log that just fits is not cut', async () => {
  await using tail = await openTail(10)
  await writeFile(tail.path, '0123456789')

  await tail.log.end()

  expect(tail.log.lengthBytes).toBe(10)
})

test('only one log of a job says that it was cut', async () => {
  await using tail = await openTail(-1)
  await writeFile(tail.path, 'unheard')

  await tail.log.end()

  expect(tail.log.lengthBytes).toBe(0)
})

test('a link in the place of a log is not followed', async () => {
  await using tail = await openTail()
  await symlink('/etc/passwd', tail.path)

  await tail.log.end()

  expect(String(await tail.log.read(0, 100))).toBe('')
  expect(tail.log.lengthBytes).toBe(0)
})

test('a log that its own job shortens keeps the length that was read', async () => {
  await using tail = await openTail()
  await writeFile(tail.path, '0123456789')
  await tail.log.read(0, 8)

  await truncate(tail.path, 2)
  await tail.log.end()

  expect(tail.log.lengthBytes).toBe(8)
  expect((await tail.log.read(0, 100)).length).toBe(2)
  expect((await tail.log.read(2, 100)).length).toBe(6)
})

test('whoever looks at a log sees how long it is, until it is full', async () => {
  await using tail = await openTail(10)
  const before = await tail.log.look()
  await writeFile(tail.path, '0123')
  const some = await tail.log.look()
  await appendFile(tail.path, '456789')

  expect([before, some, await tail.log.look()]).toEqual([0, 4, 'full'])
})
