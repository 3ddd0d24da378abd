import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, silentLog, virtualClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { attemptDirectories } from '../attempt.ts'
import { fileJournals } from '../journal/file-journals.ts'
import { hasBegun, readFormer } from '../journal/former-attempt.ts'
import { type JournalRecord, journalVersion } from '../journal/journal-record.ts'
import { heardLog } from './heard-log.ts'
import { present } from './engine-fixture.ts'
import { testOffer } from './test-offer.ts'

const offer = testOffer('one')
const offered: JournalRecord = { type: 'offered', version: journalVersion, offer }
const started = (step: number): JournalRecord => ({
  type: 'event',
  event: { type: 'step-started', at: 1, step, sequence: step + 2 },
})

async function openTestJournals(log: Log = silentLog(), clock = virtualClock()) {
  const data = await mkdtemp(join(tmpdir(), 'narwhal-journal-'))
  return {
    journals: fileJournals({ data, clock, log }),
    ...attemptDirectories(data, offer.attemptId),
    [Symbol.asyncDispose]: () => rm(data, { recursive: true, force: true }),
  }
}

test('a journal is read in a later life as it was written, and goes on', async () => {
  await using kept = await openTestJournals()
  const former = kept.journals.open(offer)
  await Promise.all([offered, started(0)].map((record) => former.add(record)))

  await kept.journals.open(offer).add(started(1))

  const [found] = await kept.journals.readAll()
  expect(found?.records).toEqual([offered, started(0), started(1)])
})

test('a record that was torn is none, and what comes later is whole', async () => {
  await using kept = await openTestJournals()
  await kept.journals.open(offer).add(offered)
  await appendFile(kept.journalPath, '{"type":"event","ev')

  await kept.journals.readAll()
  await kept.journals.open(offer).add(started(0))

  const [found] = await kept.journals.readAll()
  expect(found?.records).toEqual([offered, started(0)])
})

test.each([
  ['a journal of another version', `${JSON.stringify({ ...offered, version: 2 })}\n`],
  ['a journal that does not begin with its offer', `${JSON.stringify(started(0))}\n`],
  ['a journal with nonsense in the middle', `${JSON.stringify(offered)}\n{"type\n${JSON.stringify(started(0))}\n`],
  ['an empty journal', ''],
])('%s is not gone on with', async (_, text) => {
  await using kept = await openTestJournals()
  await mkdir(kept.root, { recursive: true })
  await writeFile(kept.journalPath, text)

  const found = await kept.journals.readAll()

  expect(found.flatMap((journal) => readFormer(journal) ?? [])).toEqual([])
})

test('a journal that cannot be written is given up and told of once', async () => {
  const { log, lines } = heardLog()
  await using kept = await openTestJournals(log)
  await mkdir(kept.journalPath, { recursive: true }) // nobody can append to a directory
  const journal = kept.journals.open(offer)

  await journal.add(offered)
  await journal.add(started(0))

  expect(lines.map(({ text }) => text)).toEqual([expect.stringContaining('cannot be kept on the disk')])
  await expect(journal.end({ type: 'ended', end: { at: 1, ending: { outcome: 'passed' } } })).rejects.toThrow()
})

test('a renewed lease is written for containers: when, and how many seconds they may live', async () => {
  await using kept = await openTestJournals()
  const journal = kept.journals.open(offer)
  await journal.add(offered)

  journal.renewed(25_000)
  await journal.add(started(0))

  const text = await readFile(kept.leasePath, 'utf8')
  expect(text).toMatch(/^\d+ 23 +\n$/)
  expect((await stat(kept.leasePath)).mode & 0o777).toBe(0o644)
  const [found] = await kept.journals.readAll()
  expect(found?.renewedAt).toBe(Number(text.split(' ')[0]))
})

test('a container that starts long after a renewal is told what is left of the lease by then', async () => {
  const clock = virtualClock()
  await using kept = await openTestJournals(silentLog(), clock)
  const journal = kept.journals.open(offer)
  journal.renewed(25_000)
  await journal.tellLease()
  const [renewed = '', seconds] = (await readFile(kept.leasePath, 'utf8')).split(' ')

  await clock.advance(7_000)
  await journal.tellLease()

  expect(seconds).toBe('23')
  expect((await readFile(kept.leasePath, 'utf8')).trimEnd()).toBe(`${renewed} 16`)
})

test('all that an attempt has on the disk goes with its journal', async () => {
  await using kept = await openTestJournals()
  const journal = kept.journals.open(offer)
  await journal.add(offered)

  await journal.remove()
  await journal.add(started(0))

  await expect(stat(kept.root)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('what was prepared before it was begun again counts no more, but what was told does', () => {
  const event: JournalRecord = { type: 'event', event: { type: 'started', at: 1, sequence: 1 } }
  const container = (id: string): JournalRecord => ({ type: 'container-started', place: 'p', spool: 0, id })
  const prepared: JournalRecord = { type: 'prepared', at: 5, access: 'outbound', secrets: '' }

  const records = [offered, event, container('a'), prepared, { type: 'begun-again' } as const, container('b')]
  const former = present(readFormer({ records, renewedAt: undefined }))

  expect(former).toMatchObject({ events: [{ type: 'started' }], containers: [{ id: 'b', isLost: false }] })
  expect(former.prepared).toBeUndefined()
  expect(hasBegun(former)).toBe(false)
})

test('the last try of a step counts, and its end only if it is of that one', () => {
  const attempt = (retries: number): JournalRecord => ({
    type: 'step-try',
    step: 0,
    retries,
    exec: `exec-${retries}`,
    at: 1,
  })
  const tried: JournalRecord = { type: 'step-tried', step: 0, retries: 0, end: { ending: { outcome: 'failed' } } }

  const once = readFormer({ records: [offered, started(0), attempt(0), tried], renewedAt: undefined })
  const twice = readFormer({ records: [offered, started(0), attempt(0), tried, attempt(1)], renewedAt: undefined })

  expect(once?.steps.get(0)).toMatchObject({ lastTry: { exec: 'exec-0' }, tried: { ending: { outcome: 'failed' } } })
  expect(twice?.steps.get(0)).toMatchObject({ lastTry: { exec: 'exec-1' }, tried: undefined })
})
