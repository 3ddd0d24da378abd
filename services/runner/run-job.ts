import { mkdir } from 'node:fs/promises'
import type { MirrorCommit } from '@narwhal/git'
import { digestJob, type JobDefinition } from '@narwhal/pipeline'
import { type Ending, problem } from '@narwhal/protocol'
import type { AttemptWork } from './attempt.ts'
import type { Container } from './engine/engine.ts'
import { readPipeline } from './read-pipeline.ts'
import { runSteps } from './run-steps.ts'
import { jobEnvironment } from './step-environment.ts'
import { withinTime } from './within-time.ts'

/** How long image, container and workspace may take together, in milliseconds. */
const preparationLimitMs = 30 * 60_000

/**
 * Runs the steps of a planned job in one container.
 *
 * @throws the problem for which no step, or not every step, could be run.
 */
export async function runJob(work: AttemptWork): Promise<Ending> {
  const { commit, definition } = await readPlanned(work)
  const limit = { clock: work.clock, signal: work.signal }
  const prepared = withinTime((signal) => prepare({ ...work, signal }, commit, definition), {
    ...limit,
    ms: preparationLimitMs,
    tooLate: () => problem('IMAGE_PULL_FAILED', `The image ${definition.image} was not ready within 30 minutes.`),
  })
  const container = await prepared.catch((error: unknown) => {
    skipAll(work, definition)
    throw error
  })
  return withinTime((signal) => runSteps(definition, container, { ...work, signal }), {
    ...limit,
    ms: definition.timeoutMs,
    tooLate: () => problem('TIMEOUT_TOTAL', `The job took longer than its ${definition.timeoutMs / 1000} s.`),
  })
}

/** The job as the commit defines it, if that is what was planned. */
async function readPlanned(work: AttemptWork): Promise<{ commit: MirrorCommit; definition: JobDefinition }> {
  const { offer } = work
  const { commit, parsed } = await readPipeline(offer.commit, work)
  const jobs = parsed !== undefined && 'pipeline' in parsed ? parsed.pipeline.jobs : []
  const definition = jobs.find(({ name }) => name === offer.jobName)
  if (definition === undefined || digestJob(definition) !== offer.digest) {
    throw problem('PLAN_CHANGED', `narwhal.yml has another job "${offer.jobName}" than the one that was planned.`)
  }
  return { commit, definition }
}

/** Fills the workspace while the container starts. When one fails the other is ended. */
async function prepare(work: AttemptWork, commit: MirrorCommit, definition: JobDefinition): Promise<Container> {
  const { engine, directories } = work
  await mkdir(directories.workspacePath, { recursive: true })
  await mkdir(directories.spoolPath, { recursive: true })
  const other = new AbortController()
  const signal = AbortSignal.any([work.signal, other.signal])
  const started = startContainer({ ...work, signal }, definition)
  const filled = engine.usesWorkspace ? commit.checkout(directories.workspacePath, { signal }) : Promise.resolve()
  try {
    const [container] = await Promise.all([started, filled])
    return container
  } catch (error) {
    other.abort(error)
    await Promise.allSettled([started, filled])
    throw error
  }
}

async function startContainer(work: AttemptWork, { image, env }: JobDefinition): Promise<Container> {
  const { engine, runnerId, offer, directories, belongings, room, signal } = work
  await engine.provideImage(image, { signal })
  await room(signal)
  const spec = {
    runnerId,
    attemptId: offer.attemptId,
    image,
    env: jobEnvironment(offer, env),
    workspacePath: directories.workspacePath,
    spoolPath: directories.spoolPath,
  }
  return belongings.use(await engine.startContainer(spec, { signal }))
}

function skipAll({ report }: AttemptWork, { steps }: JobDefinition): void {
  for (const index of steps.keys()) report.stepEnded(index, { outcome: 'skipped' })
}
