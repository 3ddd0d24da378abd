import type { JobDefinition } from '@narwhal/pipeline'
import type { JobWork } from '../attempt.ts'
import type { PreparedJob } from '../prepare-job.ts'
import type { Growth } from './growth.ts'

/** A job whose steps can run. */
export interface RunningJob extends PreparedJob {
  /** With all its texts filled in. */
  readonly definition: JobDefinition
  /** Of the output of all steps. */
  readonly growth: Growth
  /** Glob of `changed()` → whether a changed file matches it. */
  readonly changed: Readonly<Record<string, boolean>>
  readonly work: JobWork
}
