import type { AttemptReportEvent, Offer } from '@narwhal/protocol'
import type { AttemptEnd } from './attempt-end.ts'

/** What the attempts of a runner keep on its disk. */
export interface Journals {
  open(offer: Offer): Journal
}

/** What one attempt keeps on the disk. */
export interface Journal {
  /** Keeps what is needed to tell the end of the attempt; it survives a crash once this has resolved. */
  keepEnd(end: KeptEnd): Promise<void>
  /** Removes it, and all that the attempt has on the disk. */
  remove(): Promise<void>
}

/** The logs lie beside it in the spool. */
export interface KeptEnd extends AttemptEnd {
  readonly events: readonly AttemptReportEvent[]
  readonly at: number
}
