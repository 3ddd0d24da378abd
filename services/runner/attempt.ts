import { join } from 'node:path'
import type { Clock, Log } from '@narwhal/host'
import type { Offer } from '@narwhal/protocol'
import type { Engine } from './engine/engine.ts'
import type { CommitDeps } from './read-pipeline.ts'
import type { Report } from './report.ts'

/** What the work of an attempt needs. */
export interface AttemptWork extends CommitDeps {
  readonly offer: Offer
  readonly runnerId: string
  readonly engine: Engine
  readonly directories: AttemptDirectories
  readonly report: Report
  /** What has to be removed once the commands have ended: containers. */
  readonly belongings: AsyncDisposableStack
  /** Resolves once this attempt may start a container. */
  readonly room: (signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Where an attempt keeps its things. Only the inner two are shown to the container. */
export interface AttemptDirectories {
  readonly root: string
  readonly workspacePath: string
  readonly spoolPath: string
}

/** The directories of an attempt below the runner's data directory. */
export function attemptDirectories(data: string, attemptId: string): AttemptDirectories {
  const root = join(attemptsDirectory(data), attemptId)
  return { root, workspacePath: join(root, 'workspace'), spoolPath: join(root, 'spool') }
}

/** The directory of all attempts. */
export function attemptsDirectory(data: string): string {
  return join(data, 'attempts')
}
