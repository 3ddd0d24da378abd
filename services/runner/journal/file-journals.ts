import { readdir, readFile, truncate } from 'node:fs/promises'
import type { Clock, Log } from '@narwhal/host'
import { type AttemptDirectories, attemptDirectories, attemptsDirectory } from '../attempt.ts'
import type { Journals, KeptJournal } from './journal.ts'
import type { JournalRecord } from './journal-record.ts'
import { readLeaseFile } from './lease-file.ts'
import { openFileJournal } from './open-file-journal.ts'

export interface FileJournalsDeps {
  /** The runner's data directory. */
  readonly data: string
  readonly clock: Clock
  readonly log: Log
}

/** Journals in the directories of the attempts: a line of JSON for each record. */
export function fileJournals({ data, clock, log }: FileJournalsDeps): Journals {
  return {
    async readAll() {
      const found = await readdir(attemptsDirectory(data)).catch(() => [])
      const kept = await Promise.all(found.map((attemptId) => readJournal(attemptDirectories(data, attemptId))))
      return kept.flatMap((journal) => (journal === undefined ? [] : [journal]))
    },
    open: ({ attemptId }) => openFileJournal(attemptDirectories(data, attemptId), { attemptId, clock, log }),
  }
}

async function readJournal({ journalPath, leasePath }: AttemptDirectories): Promise<KeptJournal | undefined> {
  const bytes = await readFile(journalPath).catch(() => undefined)
  if (bytes === undefined) return undefined
  const wholeBytes = bytes.lastIndexOf('\n') + 1 // a record that the death of the runner tore is none
  const records = parseLines(bytes.toString('utf8', 0, wholeBytes))
  if (records === undefined) return undefined
  await truncate(journalPath, wholeBytes)
  return { records, renewedAt: await readLeaseFile(leasePath) }
}

/** `undefined` when one makes no sense. */
function parseLines(text: string): readonly JournalRecord[] | undefined {
  try {
    const lines = text.split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line) as JournalRecord) // nobody else writes there, and the first one has the version
  } catch {
    return undefined
  }
}
