import type { JobState, PlannedJob, Produced, Trust } from '@narwhal/protocol'

// The jobs of the store; see the rules of the port in `store.ts`. Every time is in milliseconds since the Unix epoch.

/** Builds, or jobs, of a repository that go one after the other. */
export interface ConcurrencyGroup {
  /** `host/owner/name`. */
  readonly repository: string
  readonly group: string
}

/** A job as it is stored. */
export interface JobRecord {
  readonly id: string
  readonly buildId: string
  /** `host/owner/name`, as its build has it. */
  readonly repository: string
  /** As its build has it. */
  readonly trust: Trust
  readonly kind: 'plan' | 'steps'
  readonly name: string
  /** Order within the build; the plan job has 0. */
  readonly position: number
  /** As the plan has it; the plan job has none. */
  readonly planned?: PlannedJob
  readonly state: JobState
  /** What its newest attempt left. */
  readonly produced?: Produced
  /** Who approved it, by the name of a token. */
  readonly approvedBy?: string
  /** The job that this one took its outcome over from: of the resubmitted build, or one with the same reuse key. */
  readonly takenFrom?: string
  /** Number of the newest attempt; 0 when there was none. */
  readonly attempts: number
  readonly revision: number
}

/** A job that was never tried. */
export type NewJob = Omit<JobRecord, 'attempts' | 'revision'>

/** Jobs. A build has one of each kind and name. */
export interface JobTable {
  insert(job: NewJob): Promise<JobRecord>
  find(id: string): Promise<JobRecord | undefined>
  /** In their order. */
  ofBuilds(buildIds: readonly string[]): Promise<readonly JobRecord[]>
  /**
   * Queued jobs that may be leased now: their time has come, and it is their turn in their concurrency group and their
   * build's turn in its own. By priority, then the oldest first.
   *
   * In a group those that are held come first, then the oldest; in a group of builds those that have begun, then the oldest.
   */
  listQueued(options: QueueOptions): Promise<readonly JobRecord[]>
  /** Ids of the queued jobs of a build that wait for their turn in a concurrency group, their own or the build's. */
  listHeldBack(buildIds: readonly string[]): Promise<readonly string[]>
  /** The lowest priority that is queued. */
  lowestQueued(): Promise<PlannedJob['priority'] | undefined>
  /** When the next queued job that has to wait may start. */
  nextNotBefore(now: number): Promise<number | undefined>
  /** Queued jobs that could have been leased since before `before`. */
  listWaitingSince(before: number): Promise<readonly JobRecord[]>
  /** Unfinished jobs of a concurrency group, in the order of their builds. */
  ofGroup(group: ConcurrencyGroup): Promise<readonly JobRecord[]>
  /** The newest job of this reuse key, repository and trust that ran and passed at `since` or later. */
  findPassed(key: ReuseKey): Promise<JobRecord | undefined>
  save(job: JobRecord, changes: JobChanges): Promise<JobRecord>
  countByState(): Promise<Readonly<Record<string, number>>>
}

/** Which queued jobs to list, `limit` at the most. */
export interface QueueOptions {
  readonly now: number
  readonly limit: number
  /** Only of this build. */
  readonly buildId?: string
  /** None whose `runsOnOf` is one of these. */
  readonly exceptRunsOn?: readonly string[]
  /** The oldest first, whatever its priority. */
  readonly byAge?: boolean
  /** None that another transaction keeps; nobody else will have these before the end of this one. */
  readonly claim?: boolean
}

/** What a job must have been to stand for another one. */
export interface ReuseKey {
  readonly key: string
  /** `host/owner/name`. */
  readonly repository: string
  readonly trust: Trust
  readonly since: number
}

/** What changes in the life of a job. */
export type JobChanges = Partial<Pick<JobRecord, 'state' | 'attempts' | 'produced' | 'approvedBy' | 'takenFrom'>>
