import { mkdir } from 'node:fs/promises'
import { isProblem } from '@narwhal/protocol'
import { type Attempt, attemptDirectories, type AttemptWork, type WorkDeps } from './attempt.ts'
import type { AttemptEnd } from './attempt-end.ts'
import { endingOf } from './ending-of.ts'
import { runJob } from './run-job.ts'
import { runPlan } from './run-plan.ts'

/** What this runner does for an attempt. It does not throw: whatever happens is an ending. */
export function attemptWork(deps: WorkDeps): (attempt: Attempt) => Promise<AttemptEnd> {
  return async (attempt) => {
    const { attemptId } = attempt.offer
    deps.engine.expectContainer(deps.runnerId)
    try {
      return await work({ ...deps, ...attempt, directories: attemptDirectories(deps.data, attemptId) })
    } catch (error) {
      const ending = endingOf(error)
      if (ending.outcome === 'errored') {
        const cause = isProblem(error) ? { code: error.code, detail: error.message } : { err: error }
        deps.log.warn({ ...cause, attemptId }, 'an attempt errored')
      }
      return { ending }
    }
  }
}

async function work(attempt: AttemptWork): Promise<AttemptEnd> {
  const { offer, directories, report } = attempt
  report.started()
  await mkdir(directories.root, { recursive: true, mode: 0o700 })
  return offer.kind === 'plan' ? runPlan(offer, attempt) : runJob(attempt)
}
