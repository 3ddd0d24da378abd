import { rm } from 'node:fs/promises'
import { untilAborted } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import { type Attempt, attemptDirectories, type AttemptWork, type WorkDeps } from './attempt.ts'
import type { AttemptEnd } from './attempt-end.ts'
import { endingOf } from './ending-of.ts'
import { hasBegun } from './journal/former-attempt.ts'
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
  const { offer, report, journal, former } = attempt
  report.started()
  await journal.opened
  if (former !== undefined && !hasBegun(former)) return work(await beginAgain(attempt))
  return offer.kind === 'plan' ? runPlan(offer, attempt) : runJob(attempt)
}

/** Nothing is left of what a former life of the runner prepared. */
async function beginAgain(attempt: AttemptWork): Promise<AttemptWork> {
  const { directories, journal, cleared, signal } = attempt
  await untilAborted(cleared, signal)
  const paths = [directories.workspacePath, directories.spoolPath, directories.logsPath]
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })))
  journal.note({ type: 'begun-again' })
  return { ...attempt, former: undefined }
}
