import { constants, type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock, Log } from '@narwhal/host'
import type { AttemptDirectories } from '../attempt.ts'
import { inTurns } from '../steps/in-turns.ts'
import { tailLog } from '../tail-log.ts'
import type { Journal } from './journal.ts'
import { type LeaseFile, openLeaseFile } from './lease-file.ts'

export interface FileJournalDeps {
  readonly attemptId: string
  readonly clock: Clock
  readonly log: Log
}

/** Begins the journal in a directory, or goes on with the one that is there. */
export function openFileJournal(
  { root, journalPath, leasePath }: AttemptDirectories,
  { attemptId, clock, log }: FileJournalDeps,
): Journal {
  const lines: string[] = []
  const logs = new Set<string>() // below `root`
  const inTurn = inTurns()
  const opening = openFiles({ root, journalPath, leasePath }, clock)
  opening.catch(() => undefined) // whoever uses them hears of it
  let isOver = false

  /** Writes all that is there: records that come together are written together. */
  const write = async (): Promise<FileHandle> => {
    const { journal } = await opening
    const text = lines.splice(0).join('')
    if (text !== '' && !isOver) await journal.appendFile(text)
    return journal
  }
  const giveUp = async (error: unknown): Promise<void> => {
    if (isOver) return
    isOver = true
    log.warn({ err: error, attemptId }, 'an attempt cannot be kept on the disk: it is lost when the runner is killed')
    await rm(journalPath, { force: true }).catch(() => undefined)
  }
  const add: Journal['add'] = (record) => {
    if (isOver) return Promise.resolve()
    if (record.type === 'step-begun') logs.add(record.log.path)
    lines.push(`${JSON.stringify(record)}\n`)
    return inTurn(() => write().then(() => undefined, giveUp))
  }
  return {
    opened: opening,
    add,
    note: (record) => void add(record).catch(() => undefined), // it never rejects
    async end(record) {
      await Promise.all([...logs].map((path) => syncLog(join(root, path)))) // before the record that tells their lengths
      await add(record)
      await inTurn(async () => {
        const journal = await write()
        await journal.sync()
        await syncDirectory(root)
      })
    },
    openLog({ path, capBytes }, lengthBytes) {
      logs.add(path)
      return tailLog(join(root, path), { capBytes, clock, onGrowth: () => undefined, lengthBytes })
    },
    ...leaseIn((write) => inTurn(async () => write((await opening).lease)), clock),
    remove: () =>
      inTurn(async () => {
        isOver = true
        const files = await opening.catch(() => undefined)
        await Promise.all([files?.journal.close(), files?.lease.close()])
        await rm(root, { recursive: true, force: true, maxRetries: 3 })
      }),
  }
}

type LeaseWrite = (lease: LeaseFile) => Promise<void>

function leaseIn(file: (write: LeaseWrite) => Promise<void>, clock: Clock): Pick<Journal, 'renewed' | 'tellLease'> {
  return {
    renewed(leftMs) {
      const endsAt = clock.monotonic() + leftMs // it may take a while to be written
      file((lease) => lease.renewed(endsAt)).catch(() => undefined) // the disk failed when it was opened
    },
    tellLease: () => file((lease) => lease.writeAnew()).catch(() => undefined),
  }
}

async function openFiles(paths: Pick<AttemptDirectories, 'root' | 'journalPath' | 'leasePath'>, clock: Clock) {
  await mkdir(paths.root, { recursive: true, mode: 0o700 })
  const [journal, lease] = await Promise.all([
    open(paths.journalPath, 'a', 0o600),
    openLeaseFile(paths.leasePath, clock),
  ])
  return { journal, lease }
}

/** A step may have made something else of it: nothing is followed, and what is no file of ours need not be synced. */
async function syncLog(path: string): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const log = await open(path, flags).catch(() => undefined)
  if (log === undefined) return
  try {
    if (!(await log.stat()).isFile()) return
    await log.datasync()
  } finally {
    await log.close()
  }
  await syncDirectory(dirname(path))
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
