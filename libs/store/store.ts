import type { AttemptState, BuildState, Commit, PlannedConcurrency, StepState } from '@narwhal/protocol'
import type { DeliveryTable, QuarantineTable, ReportTable } from './flow-tables.ts'
import type { BlobTable, CacheTable, SecretTable } from './kept-tables.ts'
import type { ConcurrencyGroup, JobTable } from './job-table.ts'
import type { Peers, PeersOptions } from './peers.ts'

// The port that keeps the dispatcher's state. Order of calls: `openStore`, then `transaction` as often as needed, then dispose.
//
// 1. A transaction is all or nothing, and durable when `transaction` resolves.
// 2. A `save…` writes only what nobody changed since it was read (compare-and-set by `revision`); else the transaction
//    ends with STORE_CONFLICT and is run again from its beginning. So `work` may run more than once and must not act outside.
//    Where several processes write at once, it reads the state of one moment, and ends so too when what it writes has changed
//    since. Two that only read what the other one writes are kept apart where the store's users need it: see
//    postgres/guard-writers.ts, and think of it before you decide by rows that you do not write.
// 3. A rejected `transaction` may have been committed: do not repeat it blindly; read again.
// Every time is in milliseconds since the Unix epoch.

/** The port; see the rules above. */
export interface Store extends AsyncDisposable {
  transaction<T>(work: (tables: StoreTables) => Promise<T>): Promise<T>
  /** What other processes on this store tell, and what they are told. */
  openPeers(options: PeersOptions): Peers
  /** 'ready', or why not. */
  readiness(): Promise<string>
}

/** The tables of one open transaction; they are of no use after it. */
export interface StoreTables {
  readonly builds: BuildTable
  readonly jobs: JobTable
  readonly attempts: AttemptTable
  readonly chunks: ChunkTable
  readonly runners: RunnerTable
  readonly inflow: InflowTable
  readonly outbox: OutboxTable
  readonly deliveries: DeliveryTable
  readonly quarantine: QuarantineTable
  readonly reports: ReportTable
  readonly blobs: BlobTable
  readonly caches: CacheTable
  readonly secrets: SecretTable
  readonly marks: MarkTable
}

/** A build as it is stored. */
export interface BuildRecord {
  readonly id: string
  /** Counts up per repository. */
  readonly number: number
  readonly commit: Commit
  readonly state: BuildState
  readonly createdAt: number
  readonly resubmitOf?: string
  /** Number of the newest event about this build; 0 when there was none. */
  readonly sequence: number
  /** Of the whole build, once it is planned. */
  readonly concurrency?: PlannedConcurrency
  /** One of its planned jobs was leased: in its group it goes before those that have not begun. */
  readonly hasBegun: boolean
  readonly revision: number
}

/** A build before it has a number. */
export interface NewBuild {
  readonly id: string
  readonly commit: Commit
  readonly createdAt: number
  readonly resubmitOf?: string
  readonly concurrency?: PlannedConcurrency
  /** While a build with one of these keys is unfinished there is no second one. */
  readonly openKeys?: { readonly event: string; readonly commit: string }
}

/** Which builds to list; all that is given must fit. */
export interface BuildFilter {
  /** `owner/name` or `host/owner/name`. */
  readonly repository?: string
  readonly ref?: string
  readonly sha?: string
  readonly number?: number
  readonly state?: BuildState['state']
  readonly limit: number
  /** Only builds made before the one with this id. */
  readonly after?: string
}

/** Builds. Inserting one gives it the next number of its repository. */
export interface BuildTable {
  insert(build: NewBuild): Promise<BuildRecord>
  find(id: string): Promise<BuildRecord | undefined>
  findOpen(keys: { readonly event: string; readonly commit: string }): Promise<BuildRecord | undefined>
  /** Newest first. */
  list(filter: BuildFilter): Promise<readonly BuildRecord[]>
  /** The repositories (`host/owner/name`) of this name (`owner/name`) that have builds. */
  findRepositories(name: string): Promise<readonly string[]>
  /** Unfinished builds of a concurrency group, in the order of their making. */
  ofGroup(group: ConcurrencyGroup): Promise<readonly BuildRecord[]>
  save(
    build: BuildRecord,
    changes: Partial<Pick<BuildRecord, 'state' | 'sequence' | 'concurrency' | 'hasBegun'>>,
  ): Promise<BuildRecord>
}

/** A step of an attempt. */
export interface StepRecord {
  readonly index: number
  readonly name: string
  readonly state: StepState
}

/** An attempt as it is stored. */
export interface AttemptRecord {
  readonly id: string
  readonly jobId: string
  readonly number: number
  readonly runnerId: string
  readonly runnerName: string
  readonly tokenHash: string
  readonly state: AttemptState
  readonly steps: readonly StepRecord[]
  /** Sequence number of the newest event the runner reported; 0 when there was none. */
  readonly reported: number
  /** Where the stored log ends: the step, bytes of that step, bytes in all. */
  readonly logEnd: { readonly step: number; readonly stepBytes: number; readonly bytes: number }
  /** Of the stored log: once the attempt was accepted, or the log of a lost one was sealed. */
  readonly logSha256?: string
  /** Of the step that decided. */
  readonly exitCode?: number
  /** Once the log is sealed: the key of its blob. */
  readonly logBlob?: string
  readonly revision: number
}

/** An attempt before its runner said anything. */
export type NewAttempt = Pick<
  AttemptRecord,
  'id' | 'jobId' | 'number' | 'runnerId' | 'runnerName' | 'tokenHash' | 'state' | 'steps'
>

/** Attempts. A job has one of each number. */
export interface AttemptTable {
  insert(attempt: NewAttempt): Promise<AttemptRecord>
  find(id: string): Promise<AttemptRecord | undefined>
  /** By number. */
  ofJobs(jobIds: readonly string[]): Promise<readonly AttemptRecord[]>
  /** Counts a renewal of an attempt that is leased or running; false when it is neither. */
  renew(id: string): Promise<boolean>
  /** Renewal counters of all attempts that are leased or running. */
  listHeld(): Promise<readonly HeldAttempt[]>
  save(attempt: AttemptRecord, changes: AttemptChanges): Promise<AttemptRecord>
  /** Finished attempts whose log is not in a blob yet. */
  listUnsealed(limit: number): Promise<readonly AttemptRecord[]>
}

/** What changes in the life of an attempt. */
export type AttemptChanges = Partial<
  Pick<AttemptRecord, 'tokenHash' | 'state' | 'steps' | 'reported' | 'logEnd' | 'logSha256' | 'exitCode' | 'logBlob'>
>

/** An attempt that is leased or running, with the counter that moves while it is renewed. */
export interface HeldAttempt {
  readonly id: string
  readonly runnerId: string
  readonly renewals: number
}

/** Bytes of a log at their place. */
export interface ChunkRecord {
  readonly step: number
  /** Bytes of the step before the chunk. */
  readonly offset: number
  /** Bytes of the attempt's log before the chunk. */
  readonly position: number
  readonly at: number
  readonly bytes: Uint8Array
}

/** Log chunks. An attempt has one at each step and offset. */
export interface ChunkTable {
  insert(attemptId: string, chunk: ChunkRecord): Promise<void>
  /** Chunks that hold bytes at or behind `position`, in order, `limit` at the most. */
  list(
    attemptId: string,
    options: { readonly position: number; readonly limit: number },
  ): Promise<readonly ChunkRecord[]>
  /** How many bytes are stored; the log of a sealed attempt has none here. */
  countBytes(attemptId: string): Promise<number>
  removeAll(attemptId: string): Promise<void>
}

/** A runner that registered. */
export interface RunnerRecord {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly slots: number
  readonly labels: readonly string[]
  readonly registeredAt: number
  readonly heartbeats: number
  /** Id of the process that registered; a new one holds nothing of its former life. */
  readonly life: string
}

/** Runners, by id. */
export interface RunnerTable {
  /** Inserts, or replaces the one of the same id and counts a heartbeat. */
  put(runner: Omit<RunnerRecord, 'heartbeats'>): Promise<void>
  find(id: string): Promise<RunnerRecord | undefined>
  list(): Promise<readonly RunnerRecord[]>
  /** false when there is no such runner. */
  heartbeat(id: string): Promise<boolean>
  /** Those of these runners to whom nobody else leases just now; nobody else will before the end of the transaction. */
  claim(ids: readonly string[]): Promise<readonly string[]>
  remove(id: string): Promise<void>
}

/** Moments that processes note for those after them, in milliseconds since the epoch. */
export interface MarkTable {
  find(name: string): Promise<number | undefined>
  put(name: string, at: number): Promise<void>
}

/** What came in and must not be taken twice. */
export interface InflowTable {
  /** false when a message of this id was taken before. */
  keepMessage(message: {
    readonly id: string
    readonly eventKey: string
    readonly buildId: string
    readonly at: number
  }): Promise<boolean>
  /** The build that a message of this id became. */
  buildOfMessage(id: string): Promise<string | undefined>
  /** The answer that was given to a request with this Idempotency-Key. */
  findAnswer(key: string): Promise<{ readonly request: string; readonly buildId: string } | undefined>
  keepAnswer(
    key: string,
    answer: { readonly request: string; readonly buildId: string; readonly at: number },
  ): Promise<void>
}

/** A message that waits to be published; the body is JSON text. */
export interface OutboxRecord {
  readonly id: string
  readonly topic: string
  readonly body: string
}

/** Messages in the order in which they were decided. */
export interface OutboxTable {
  insert(message: OutboxRecord & { readonly buildId: string; readonly sequence: number }): Promise<void>
  /** Oldest first. */
  list(limit: number): Promise<readonly OutboxRecord[]>
  remove(ids: readonly string[]): Promise<void>
}
