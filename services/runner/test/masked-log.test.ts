import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { maskedLog } from '../steps/masked-log.ts'
import { openMasker } from '../steps/masker.ts'
import { type StepLog, tailLog } from '../tail-log.ts'

interface TestLog extends AsyncDisposable {
  readonly path: string
  readonly log: StepLog
  /** Where the masked bytes are kept. */
  readonly kept: string
}

async function openMasked(capBytes = 1_000_000): Promise<TestLog> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-masked-'))
  const path = join(directory, 'step-0.log')
  const kept = join(directory, 'masked-0.log')
  const raw = tailLog(path, { capBytes, clock: systemClock, onGrowth: () => undefined })
  const log = maskedLog(raw, openMasker(['hunter22']), kept)
  return {
    path,
    log,
    kept,
    async [Symbol.asyncDispose]() {
      await log[Symbol.asyncDispose]()
      await rm(directory, { recursive: true })
    },
  }
}

test('a secret that is written in two halves is hidden', async () => {
  await using masked = await openMasked()

  await writeFile(masked.path, 'the password is hunt')
  const first = await masked.log.read(0, 100)
  await appendFile(masked.path, 'er22!\n')
  const second = await masked.log.read(first.length, 100)

  expect([first, second].map(String)).toEqual(['the password is ', '***!\n'])
})

test('offsets are those of the masked bytes, and what was read can be read again', async () => {
  await using masked = await openMasked()
  await writeFile(masked.path, 'hunter22 and hunter22 again\n')

  await masked.log.end()

  const whole = '*** and *** again\n'
  expect(masked.log.lengthBytes).toBe(whole.length)
  expect(String(await masked.log.read(0, 100))).toBe(whole)
  expect(String(await masked.log.read(4, 3))).toBe('and')
  expect(String(await masked.log.read(4, 3))).toBe('and')
  expect(String(await masked.log.read(whole.length, 3))).toBe('')
})

test('the beginning of a secret is shown when the step ends with it', async () => {
  await using masked = await openMasked()
  await writeFile(masked.path, 'go hunt')

  const before = await masked.log.read(0, 100)
  await masked.log.end()

  expect(String(before)).toBe('go ')
  expect(String(await masked.log.read(0, 100))).toBe('go hunt')
})

test('what the runner keeps has no secret in it', async () => {
  await using masked = await openMasked()
  await writeFile(masked.path, 'hunter22\n'.repeat(30_000))

  await masked.log.read(0, 10)
  const early = await readFile(masked.kept, 'utf8')
  await masked.log.end()

  expect(early).toMatch(/^(?:\*\*\*\n)+$/)
  expect(await readFile(masked.kept, 'utf8')).toBe('***\n'.repeat(30_000))
})

test('a log that is cut says so behind its masked bytes', async () => {
  await using masked = await openMasked(20)
  await writeFile(masked.path, 'hunter22 hunter22 and more than that')

  await masked.log.end()

  expect(String(await masked.log.read(0, 100))).toMatch(/^\*\*\* \*\*\* an\n\[narwhal\] The log was cut here/)
})

test('a step without a log has an empty one, and nothing is kept', async () => {
  await using masked = await openMasked()

  await masked.log.end()

  expect(masked.log.lengthBytes).toBe(0)
  expect(await masked.log.read(0, 100)).toHaveLength(0)
  expect(await readdir(join(masked.kept, '..'))).toEqual([])
})
