import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { breakSyncs } from '../../../test/real/break-syncs.ts'
import { attemptDirectories } from '../attempt.ts'
import { fileJournals } from '../journal/file-journals.ts'
import type { JournalRecord } from '../journal/journal-record.ts'
import { testOffer } from './test-offer.ts'

const offer = testOffer('one')
const ended: JournalRecord = { type: 'ended', end: { at: 2, ending: { outcome: 'passed' } } }
const log = { path: 'spool/0.log', capBytes: 1_000 }
const begun: JournalRecord = { type: 'step-begun', step: 0, outlives: true, capBytes: 1_000, log }

async function openAttempt() {
  const data = await mkdtemp(join(tmpdir(), 'narwhal-syncs-'))
  const logPath = join(attemptDirectories(data, offer.attemptId).root, log.path)
  await mkdir(dirname(logPath), { recursive: true })
  return {
    logPath,
    open: () => fileJournals({ data, clock: systemClock, log: silentLog() }).open(offer),
    [Symbol.asyncDispose]: () => rm(data, { recursive: true, force: true }),
  }
}

test.each(['this life', 'a former life'])(
  'the end of an attempt is kept after the logs of %s are safe',
  async (whose) => {
    await using attempt = await openAttempt()
    await writeFile(attempt.logPath, 'the last words\n')
    await using belongings = new AsyncDisposableStack()
    const journal = attempt.open()
    if (whose === 'this life') await journal.add(begun)
    else belongings.use(journal.openLog(log, undefined))
    await using _broken = await breakSyncs(process.pid, attempt.logPath)

    await expect(journal.end(ended)).rejects.toMatchObject({ code: 'EIO' })
  },
)

test('a log that a step has replaced by a link keeps nothing from being kept', async () => {
  await using attempt = await openAttempt()
  await symlink('/dev/zero', attempt.logPath)
  const journal = attempt.open()
  await journal.add(begun)

  await expect(journal.end(ended)).resolves.toBeUndefined()
})
