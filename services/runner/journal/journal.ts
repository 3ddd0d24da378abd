import type { Offer } from '@narwhal/protocol'
import type { StepLog } from '../tail-log.ts'
import type { JournalRecord, KeptLog } from './journal-record.ts'

// What a runner that was killed has to find again when it starts:
// 1. A record is safe from the death of this process once `add` has resolved; it is written behind those before it.
// 2. What only the newest of them says may be lost with the machine; the end of an attempt may not, nor the logs before it.
// 3. A journal that misses a record is worse than none: one that cannot be written is given up, and the attempt goes on.

/** What the attempts of a runner keep on its disk. */
export interface Journals {
  /** Those of attempts that were not over when this runner ended. One that makes no sense is not among them. */
  readAll(): Promise<readonly KeptJournal[]>
  /** Begins the journal of an attempt, or goes on with that of a former life. */
  open(offer: Offer): Journal
}

/** A journal as a former life has left it. */
export interface KeptJournal {
  readonly records: readonly JournalRecord[]
  /** When the lease was renewed last, in milliseconds since the Unix epoch. */
  readonly renewedAt: number | undefined
}

/** What one attempt keeps on the disk. */
export interface Journal {
  /** Resolves once the attempt has a place on the disk. @throws what the disk says. */
  readonly opened: Promise<unknown>
  /** Never rejects. */
  add(record: JournalRecord): Promise<void>
  /** The same, for whoever does not wait for it. */
  note(record: JournalRecord): void
  /** The last record: it survives also the death of the machine once this has resolved. @throws what the disk says. */
  end(record: JournalRecord): Promise<void>
  /** A log that a former life has left; it has ended when its length is known. */
  openLog(log: KeptLog, lengthBytes: number | undefined): StepLog
  /** The lease was renewed, and lasts so long from now on: containers end by themselves when nobody says so again. */
  renewed(leftMs: number): void
  /** Resolves once a container that starts now can read how long the lease lasts from now on. Never rejects. */
  tellLease(): Promise<void>
  /** Removes it, and all that the attempt has on the disk. */
  remove(): Promise<void>
}
