import type { Attempt, AttemptEnd, StepLog } from '@narwhal/runner/parts'
import { endingOf } from '@narwhal/runner/parts'
import { type Ending, type Plan, problem } from '@narwhal/protocol'
import type { Life } from '../core/life.ts'
import type { World } from '../core/world.ts'
import type { DrawnCommit, DrawnJob } from '../drawing/drawn.ts'
import type { Container, Engine, RunningStep } from './engine.ts'

// What a runner does for an attempt, on the simulated engine instead of a real one. In the order of the real one: the start is
// reported, the container is there, each step is reported when it starts, its log as it grows, its end when its log is whole.

export interface WorkDeps {
  readonly world: World
  readonly life: Life
  readonly engine: Engine
  readonly commitOf: (sha: string) => DrawnCommit | undefined
}

/** The work of one attempt; whatever happens is an ending. */
export async function simulatedWork(attempt: Attempt, deps: WorkDeps): Promise<AttemptEnd> {
  const { report, offer } = attempt
  try {
    report.started()
    return offer.kind === 'plan' ? await plan(attempt, deps) : await runJob(attempt, deps)
  } catch (error) {
    return { ending: endingOf(error) }
  }
}

/** Something that takes `ms`, and ends early when the attempt has to end. */
async function takeTime({ signal }: Attempt, { life }: WorkDeps, ms: number): Promise<void> {
  await life.clock.sleep(ms, signal)
}

async function plan(attempt: Attempt, deps: WorkDeps): Promise<AttemptEnd> {
  const { world, commitOf, life } = deps
  await takeTime(attempt, deps, engineMs(deps, 2, 60))
  const commit = commitOf(attempt.offer.commit.sha)
  if (commit === undefined) throw problem('COMMIT_NOT_FOUND', 'nobody pushed it')
  if (commit.jobs.length === 0) return { ending: { outcome: 'failed', code: 'PIPELINE_INVALID', message: 'drawn so' } }
  world.trace.say(life.machine.name, `has planned ${commit.name}`, 'detail')
  const { concurrency } = commit
  const found: Plan = { jobs: commit.jobs.map(({ planned }) => planned), ...(concurrency === undefined ? {} : { concurrency }) }
  return { ending: { outcome: 'passed' }, plan: found }
}

/** How long the engine takes for one thing. */
function engineMs({ world, life }: WorkDeps, low: number, high: number): number {
  const { chance, decisions } = world
  const name = life.machine.name
  const slowMs = decisions.happens('engine-slow', name) ? chance.between(`slow ${name}`, 500, 8_000) : 0
  return slowMs + chance.between(`engine ${name}`, low, high)
}

async function runJob(attempt: Attempt, deps: WorkDeps): Promise<AttemptEnd> {
  const { offer, belongings, room, signal } = attempt
  const { engine, life, commitOf } = deps
  const job = commitOf(offer.commit.sha)?.jobs.find(({ planned }) => planned.name === offer.jobName)
  if (job === undefined) throw problem('PLAN_CHANGED', 'nobody planned it')
  await room(signal)
  await takeTime(attempt, deps, engineMs(deps, 5, 80))
  if (!life.passes()) await new Promise(() => {})
  const of = { attemptId: offer.attemptId, jobId: offer.jobId, attempt: offer.attempt, runner: life.machine.name }
  const container = engine.start(of)
  belongings.defer(() => remove(container, deps))
  return runSteps(attempt, { ...deps, container, job })
}

async function remove(container: Container, deps: WorkDeps): Promise<void> {
  const { chance } = deps.world
  await deps.life.answer(chance.between(`remove ${container.runner}`, 1, 200), () => deps.engine.remove(container))
}

interface JobDeps extends WorkDeps {
  readonly container: Container
  readonly job: DrawnJob
}

async function runSteps(attempt: Attempt, deps: JobDeps): Promise<AttemptEnd> {
  const { report, signal } = attempt
  const { job } = deps
  let end: AttemptEnd = { ending: { outcome: 'passed' } }
  for (const index of job.steps.keys()) {
    if (end.ending.outcome !== 'passed' || signal.aborted) {
      if (end.ending.outcome === 'passed') end = { ending: endingOf(signal.reason) }
      report.stepEnded(index, { outcome: 'skipped' })
      continue
    }
    end = await runStep(attempt, { ...deps, index })
  }
  return end
}

async function runStep(attempt: Attempt, deps: JobDeps & { readonly index: number }): Promise<AttemptEnd> {
  const { report, signal } = attempt
  const { engine, container, job, index, life } = deps
  const step = job.steps[index]
  if (step === undefined || container.diedMs !== undefined) throw problem('CONTAINER_GONE', 'somebody removed it')
  if (!life.passes()) await new Promise(() => {})
  const running = engine.startStep(container, index, step)
  const log = openLog(running)
  report.stepStarted(index, log)
  const end = await new Promise<AttemptEnd>((resolve) => {
    container.onGone = () => life.later(1, () => resolve({ ending: endingOf(problem('CONTAINER_GONE', 'somebody removed it')) }))
    running.onChange = () => life.later(0.2, () => (running.ended === 'no' ? report.grown() : resolve(endOf(attempt, deps, running))))
    signal.addEventListener('abort', () => resolve({ ending: endingOf(signal.reason) }), { once: true })
  })
  if (running.ended === 'no') await remove(container, deps)
  await log.end()
  report.stepEnded(index, end.ending, end.exitCode)
  return end
}

function endOf({ offer }: Attempt, { job, index }: JobDeps & { readonly index: number }, { ended }: RunningStep): AttemptEnd {
  const failed = (code: 'STEP_FAILED' | 'OUT_OF_MEMORY'): Ending => ({ outcome: 'failed', code })
  if (ended === 'out-of-memory') return { ending: failed('OUT_OF_MEMORY'), exitCode: 137 }
  const isLast = index === job.steps.length - 1
  if (isLast && offer.attempt <= job.failures) return { ending: failed('STEP_FAILED'), exitCode: 1 }
  return { ending: { outcome: 'passed' }, exitCode: 0 }
}

/** The log of a step, as long as its runner lives; the bytes are the engine's. */
function openLog(running: RunningStep): StepLog {
  let lengthBytes: number | undefined
  return {
    read: async (offset, limitBytes) => running.bytes.subarray(offset, Math.min(offset + limitBytes, lengthBytes ?? Number.POSITIVE_INFINITY)),
    async end() {
      lengthBytes ??= running.bytes.length
    },
    look: async () => running.bytes.length,
    get lengthBytes() {
      return lengthBytes
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
