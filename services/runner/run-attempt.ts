import { mkdir, rm } from 'node:fs/promises'
import { type Clock, failpoint, type HttpClient, type Log } from '@narwhal/host'
import { isProblem, type Offer } from '@narwhal/protocol'
import { attemptDirectories, type AttemptWork } from './attempt.ts'
import type { AttemptEnd } from './attempt-end.ts'
import type { AttemptStop } from './attempt-stop.ts'
import { endingOf } from './ending-of.ts'
import type { Engine } from './engine/engine.ts'
import { startLease } from './keep-lease.ts'
import type { CommitDeps } from './planner/plan-commit.ts'
import { startReport } from './report.ts'
import { runJob } from './run-job.ts'
import { runPlan } from './run-plan.ts'
import type { RunnerMetrics } from './runner-metrics.ts'
import type { Slots } from './slots.ts'
import { plainPolicy, type StepPolicy } from './steps/step-policy.ts'

// 1. An attempt that was taken ends in one result, or is abandoned because the dispatcher has given it up.
// 2. While it works or its result waits for an answer, its lease is kept.
// 3. Its slot is free before its result is sent; only a plan that passed keeps it, for the job that follows on the spot.
// 4. Nothing is removed on the way to the result; everything is removed after it, also when the attempt was abandoned.

export interface AttemptRunner extends Omit<CommitDeps, 'signal'> {
  readonly runnerId: string
  readonly data: string
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly engine: Engine
  readonly slots: Slots
  readonly metrics: RunnerMetrics
  readonly clock: Clock
  readonly log: Log
  /** By default the plain one. */
  readonly policy?: StepPolicy | undefined
  /** Begins the attempt that follows a plan. */
  readonly start: (offer: Offer, stop: AttemptStop) => void
  /** Something could not be removed. */
  readonly onLeftover: () => void
}

/** Runs an attempt whose slot was taken, from its offer to the removal of everything it made. It does not throw. */
export async function runAttempt(offer: Offer, stop: AttemptStop, runner: AttemptRunner): Promise<void> {
  try {
    await runWhole(offer, stop, runner)
  } catch (error) {
    runner.log.error({ err: error, attemptId: offer.attemptId }, 'an attempt was not ended cleanly')
    runner.slots.release(offer.attemptId)
    runner.onLeftover()
  }
}

async function runWhole(offer: Offer, stop: AttemptStop, runner: AttemptRunner): Promise<void> {
  const { attemptId } = offer
  const { slots, metrics, log, engine, runnerId } = runner
  engine.expectContainer(runnerId)
  const directories = attemptDirectories(runner.data, attemptId)
  await using _directories = { [Symbol.asyncDispose]: () => removeDirectories(directories.root, runner) }
  const belongings = new AsyncDisposableStack()
  await using report = startReport(offer, { ...runner, stop, directory: directories.root })
  await using lease = startLease(offer, { ...runner, stop })

  const room = (signal: AbortSignal) => slots.room(signal)
  const { signal, halted } = stop
  const policy = runner.policy ?? plainPolicy
  const end = await work({ ...runner, offer, directories, report, belongings, room, policy, signal, halted })
  const removed = belongings.disposeAsync().catch((error: unknown) => {
    log.warn({ err: error, attemptId }, 'a container could not be removed; it is tried again')
    runner.onLeftover()
  })
  lease.unfence()
  if (end.plan === undefined || stop.abandoned.aborted) slots.vacate(attemptId, removed)
  await finish(offer, end, { ...runner, stop, report })
  await removed
  metrics.ended(stop.abandoned.aborted ? 'abandoned' : end.ending.outcome)
}

/** The work itself; whatever happens, it is an ending. */
async function work(attempt: AttemptWork): Promise<AttemptEnd> {
  const { offer, directories, report, log } = attempt
  try {
    report.started()
    await mkdir(directories.root, { recursive: true, mode: 0o700 })
    return offer.kind === 'plan' ? await runPlan(offer, attempt) : await runJob(attempt)
  } catch (error) {
    const ending = endingOf(error)
    if (ending.outcome === 'errored') {
      const cause = isProblem(error) ? { code: error.code, detail: error.message } : { err: error }
      log.warn({ ...cause, attemptId: offer.attemptId }, 'an attempt errored')
    }
    return { ending }
  }
}

type FinishDeps = AttemptRunner & { readonly stop: AttemptStop; readonly report: ReturnType<typeof startReport> }

/** Tells the result until it is acknowledged, then gives the slot on or back. */
async function finish({ attemptId }: Offer, end: AttemptEnd, deps: FinishDeps): Promise<void> {
  const { slots, report, log, start } = deps
  try {
    const { next } = await report.finish(end)
    await failpoint('runner.after-result')
    const stop = next && slots.pass(attemptId, next.attemptId)
    if (next !== undefined && stop !== undefined) start(next, stop)
  } catch (error) {
    log.warn({ err: error, attemptId }, 'the attempt was given up')
  } finally {
    slots.release(attemptId)
  }
}

async function removeDirectories(root: string, { log, onLeftover }: AttemptRunner): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true, maxRetries: 3 })
  } catch (error) {
    log.warn({ err: error, root }, 'the directory of an attempt could not be removed; it is tried again')
    onLeftover()
  }
}
