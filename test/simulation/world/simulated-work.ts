import { type Ending, type Plan, problem } from '@narwhal/protocol'
import { type Attempt, type AttemptEnd, endingOf, hasBegun } from '@narwhal/runner/parts'
import { inBackground } from '../core/in-background.ts'
import type { Life } from '../core/life.ts'
import type { World } from '../core/world.ts'
import type { DrawnCommit, DrawnJob, DrawnStep } from '../drawing/drawn.ts'
import type { Container, Engine, RunningStep } from './engine.ts'
import { logPath, openStepLog } from './open-step-log.ts'

// What a runner does for an attempt, on the simulated engine instead of a real one, in the order of the real one: the start is
// reported, the container is there, each step is reported when it starts, its log as it grows, its end when its log is whole.
// What a former life has begun is gone on with, as run-job.ts and run-steps.ts do.

export interface WorkDeps {
  readonly world: World
  readonly life: Life
  readonly engine: Engine
  readonly commitOf: (sha: string) => DrawnCommit | undefined
  /** Containers that a former life has left, and this one does not keep, are gone. */
  readonly cleared: Promise<unknown>
}

/** The work of one attempt; whatever happens is an ending. */
export async function simulatedWork(given: Attempt, deps: WorkDeps): Promise<AttemptEnd> {
  let attempt = given
  const { report, offer, former, journal } = attempt
  try {
    report.started()
    if (former !== undefined && !hasBegun(former)) {
      await deps.cleared
      inBackground(journal.add({ type: 'begun-again' }))
      attempt = { ...attempt, former: undefined }
    }
    return offer.kind === 'plan' ? await plan(attempt, deps) : await runJob(attempt, deps)
  } catch (error) {
    return { ending: endingOf(error) }
  }
}

async function plan({ offer, signal }: Attempt, deps: WorkDeps): Promise<AttemptEnd> {
  const { commitOf, life } = deps
  await life.clock.sleep(engineMs(deps, 2, 60), signal)
  const commit = commitOf(offer.commit.sha)
  if (commit === undefined) throw problem('COMMIT_NOT_FOUND', 'nobody pushed it')
  if (commit.jobs.length === 0) return { ending: { outcome: 'failed', code: 'PIPELINE_INVALID', message: 'drawn so' } }
  const { concurrency } = commit
  const jobs = commit.jobs.map(({ planned }) => planned)
  const found: Plan = { jobs, ...(concurrency === undefined ? {} : { concurrency }) }
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
  const { offer, report, former } = attempt
  const job = deps.commitOf(offer.commit.sha)?.jobs.find(({ planned }) => planned.name === offer.jobName)
  if (job === undefined) throw problem('PLAN_CHANGED', 'nobody planned it')
  try {
    const container = former === undefined ? await startContainer(attempt, deps) : adoptContainer(attempt, deps)
    attempt.belongings.defer(() => remove(container, deps))
    return await runSteps(attempt, { ...deps, container, job })
  } catch (error) {
    for (const index of job.steps.keys()) {
      if (hasEnded(attempt, index)) continue
      if (former?.steps.has(index) === true) await report.formerStepEnded(index, endingOf(error))
      else report.stepEnded(index, { outcome: 'skipped' })
    }
    throw error
  }
}

async function startContainer({ offer, room, signal, journal }: Attempt, deps: WorkDeps): Promise<Container> {
  const { engine, life } = deps
  await room(signal)
  await life.clock.sleep(engineMs(deps, 5, 80), signal)
  const { attemptId, jobId, attempt } = offer
  const container = engine.start({ attemptId, jobId, attempt, runner: life.machine.name })
  inBackground(journal.add({ type: 'prepared', at: life.clock.now(), access: 'outbound', secrets: '' }))
  return container
}

/** The container in which a former life began; whether it lives shows at the next step. */
function adoptContainer({ offer }: Attempt, { engine, world, life }: WorkDeps): Container {
  const container = engine.containers.findLast(({ attemptId }) => attemptId === offer.attemptId)
  if (container === undefined) throw problem('RUNNER_STOPPED', 'there is no container')
  world.trace.say(life.machine.name, `goes on with attempt ${offer.attempt} of ${offer.jobName}`)
  return container
}

async function remove(container: Container, { world, life, engine }: WorkDeps): Promise<void> {
  const ms = world.chance.between(`remove ${container.runner}`, 1, 200)
  await life.answer(ms, () => engine.remove(container))
}

interface JobDeps extends WorkDeps {
  readonly container: Container
  readonly job: DrawnJob
}

async function runSteps(attempt: Attempt, deps: JobDeps): Promise<AttemptEnd> {
  const { report, signal, former } = attempt
  let end: AttemptEnd = { ending: { outcome: 'passed' } }
  for (const [index, step] of deps.job.steps.entries()) {
    const ended = former?.steps.get(index)?.ended
    if (hasEnded(attempt, index)) {
      if (ended !== undefined && ended.ending.outcome !== 'passed') end = ended
      continue
    }
    const isBegun = former?.steps.has(index) === true
    if (!isBegun && end.ending.outcome === 'passed' && signal.aborted) end = { ending: endingOf(signal.reason) }
    if (!isBegun && end.ending.outcome !== 'passed') report.stepEnded(index, { outcome: 'skipped' })
    else end = await runStep(attempt, { ...deps, index, step })
  }
  deps.container.isDone = true
  const { ending, exitCode } = end
  return { ending, ...(exitCode === undefined ? {} : { exitCode }) }
}

function hasEnded({ former }: Attempt, index: number): boolean {
  return former?.events.some((event) => event.type === 'step-ended' && event.step === index) === true
}

interface StepDeps extends JobDeps {
  readonly index: number
  readonly step: DrawnStep
}

async function runStep(attempt: Attempt, deps: StepDeps): Promise<AttemptEnd> {
  const { report, journal, offer, former } = attempt
  const { engine, container, index } = deps
  const path = logPath(offer.attemptId, index)
  const log = openStepLog(engine, path)
  const capBytes = 1024 ** 2
  if (former?.steps.has(index) !== true) {
    inBackground(journal.add({ type: 'step-begun', step: index, outlives: true, capBytes, log: { path, capBytes } }))
  }
  report.stepStarted(index, log)
  const end = await untilEnd(attempt, deps).catch((error: unknown) => ({ ending: endingOf(error) }))
  if (container.diedMs === undefined && end.ending.outcome !== 'passed') await remove(container, deps)
  await log.end()
  const files = { outputs: '', summary: '' }
  inBackground(journal.add({ type: 'step-left', step: index, logBytes: log.lengthBytes ?? 0, files: files as never })) // steps leave nothing
  report.stepEnded(index, end.ending, 'exitCode' in end ? end.exitCode : undefined)
  return end
}

/** Runs the commands of a step, or waits for those that a former life has started. */
async function untilEnd(attempt: Attempt, deps: StepDeps): Promise<AttemptEnd> {
  const { report, signal, offer } = attempt
  const { engine, container, index, step, life } = deps
  const gone = () => problem('CONTAINER_GONE', 'somebody removed it')
  const known = engine.stepOf(offer.attemptId, index)
  if (known === undefined && container.diedMs !== undefined) throw gone()
  signal.throwIfAborted()
  if (!life.passes()) await new Promise(() => {})
  const running = known ?? engine.startStep(container, index, step)
  return new Promise((resolve, reject) => {
    const look = () => {
      if (running.ended !== 'no') resolve(endOf(attempt, deps, running))
      else if (container.diedMs !== undefined) reject(gone())
      else report.grown()
    }
    container.onGone = () => life.later(1, look)
    running.onChange = () => life.later(0.2, look)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (known !== undefined) look()
  })
}

function endOf({ offer }: Attempt, { job, index }: StepDeps, { ended }: RunningStep): AttemptEnd {
  const failed = (code: 'STEP_FAILED' | 'OUT_OF_MEMORY'): Ending => ({ outcome: 'failed', code })
  if (ended === 'out-of-memory') return { ending: failed('OUT_OF_MEMORY'), exitCode: 137 }
  const isLast = index === job.steps.length - 1
  if (isLast && offer.attempt <= job.failures) return { ending: failed('STEP_FAILED'), exitCode: 1 }
  return { ending: { outcome: 'passed' }, exitCode: 0 }
}
