import type { NetworkAccess } from '@narwhal/pipeline'
import type { AttemptReportEvent, Offer } from '@narwhal/protocol'
import type { RestoredCaches } from '../produce/restored-caches.ts'
import type { StepFiles } from '../produce/read-step-files.ts'
import type { StepTry } from '../steps/step-retry.ts'
import type { End } from '../attempt-end.ts'

/** What happened to an attempt, in the order in which it did. Every time is in milliseconds since the Unix epoch. */
export type JournalRecord =
  | { readonly type: 'offered'; readonly version: typeof journalVersion; readonly offer: Offer }
  /** Nothing that was prepared before counts any more. */
  | { readonly type: 'begun-again' }
  | { readonly type: 'event'; readonly event: AttemptReportEvent }
  /** The dispatcher has the events up to this one, and the log of each step up to this byte. */
  | { readonly type: 'said'; readonly events: number; readonly logs: readonly (readonly [number, number])[] }
  | ContainerRecord
  | { readonly type: 'container-lost'; readonly id: string }
  | PreparedRecord
  | StepBegunRecord
  | StepTryRecord
  | { readonly type: 'step-tried'; readonly step: number; readonly retries: number; readonly end: StepTry }
  | StepLeftRecord
  | { readonly type: 'ended'; readonly end: End }

/** A container for steps has started. */
export interface ContainerRecord {
  readonly type: 'container-started'
  /** The key of what it is for. */
  readonly place: string
  /** The number of its directory in the spool. */
  readonly spool: number
  readonly id: string
}

/** The first step can begin. */
export interface PreparedRecord {
  readonly type: 'prepared'
  readonly at: number
  /** Of the network. */
  readonly access: NetworkAccess
  readonly caches?: RestoredCaches | undefined
  /** A digest of the secrets that are hidden. */
  readonly secrets: string
}

/** A step has its container. */
export interface StepBegunRecord {
  readonly type: 'step-begun'
  readonly step: number
  /** Its commands go on when the runner dies. */
  readonly outlives: boolean
  readonly capBytes: number
  readonly log: KeptLog
}

/** Where the output of a step lies, as it is told. */
export interface KeptLog {
  /** Below the directory of the attempt. */
  readonly path: string
  /** Of the file; what lies beyond is not told. */
  readonly capBytes: number
}

/** The commands of a step are about to start. */
export interface StepTryRecord {
  readonly type: 'step-try'
  readonly step: number
  /** How often it had been tried before. */
  readonly retries: number
  /** What the engine calls the commands. */
  readonly exec: string
  readonly at: number
}

/** What a step left, once its log was whole. */
export interface StepLeftRecord {
  readonly type: 'step-left'
  readonly step: number
  readonly logBytes: number
  readonly files: StepFiles
}

/** Of the records. Journals of another one are not read. */
export const journalVersion = 1
