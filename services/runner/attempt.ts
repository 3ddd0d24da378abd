import { join } from 'node:path'
import type { Clock, HttpClient, Log } from '@narwhal/host'
import type { Offer } from '@narwhal/protocol'
import type { Engine } from './engine/engine.ts'
import type { FormerAttempt } from './journal/former-attempt.ts'
import type { Journal } from './journal/journal.ts'
import type { CommitDeps } from './planner/plan-commit.ts'
import type { Report } from './report.ts'
import type { Masker } from './steps/masker.ts'
import type { StepPolicy } from './steps/step-policy.ts'

/** An attempt that is under way. */
export interface Attempt {
  readonly offer: Offer
  readonly report: Report
  readonly journal: Journal
  /** How far a former life of the runner has come with it; its containers still run, if it had any. */
  readonly former: FormerAttempt | undefined
  /** What has to be removed once the commands have ended: containers. */
  readonly belongings: AsyncDisposableStack
  /** Resolves once this attempt may start a container: its lease is known to be held, and those before it are gone. */
  readonly room: (signal: AbortSignal) => Promise<void>
  /** Aborts when the work has to end. */
  readonly signal: AbortSignal
  /** Aborts when nothing of the attempt may run any more, not even what a cancel leaves time for. */
  readonly halted: AbortSignal
}

/** What every attempt of a runner works with. */
export interface WorkDeps extends Omit<CommitDeps, 'signal'> {
  readonly runnerId: string
  /** Directory of this runner alone. */
  readonly data: string
  readonly engine: Engine
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly policy: StepPolicy
  /** Resolves once nothing runs any more of attempts that a former life of the runner has not brought to their first step. */
  readonly cleared: Promise<unknown>
  readonly clock: Clock
  readonly log: Log
}

/** What the work of an attempt needs. */
export interface AttemptWork extends Attempt, WorkDeps {
  readonly engine: Engine
  readonly directories: AttemptDirectories
}

/** The work of a job whose secrets are known. */
export interface JobWork extends AttemptWork {
  /** By their names; only those that the job names. */
  readonly secrets: Readonly<Record<string, string>>
  /** Hides them in whatever leaves the runner. */
  readonly masker: Masker
}

/** Where an attempt keeps its things. Containers see the workspace, and each a directory of its own in the spool. */
export interface AttemptDirectories {
  readonly root: string
  readonly workspacePath: string
  readonly spoolPath: string
  /** Logs that no container may reach. */
  readonly logsPath: string
  readonly journalPath: string
  /** In a directory of its own, that containers may read: how long they may live. */
  readonly leasePath: string
}

/** The directories of an attempt below the runner's data directory. */
export function attemptDirectories(data: string, attemptId: string): AttemptDirectories {
  const root = join(attemptsDirectory(data), attemptId)
  return {
    root,
    workspacePath: join(root, 'workspace'),
    spoolPath: join(root, 'spool'),
    logsPath: join(root, 'logs'),
    journalPath: join(root, 'journal.jsonl'),
    leasePath: join(root, 'lease', 'left'),
  }
}

/** The directory of all attempts. */
export function attemptsDirectory(data: string): string {
  return join(data, 'attempts')
}
