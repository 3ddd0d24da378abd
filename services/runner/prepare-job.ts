import { mkdir } from 'node:fs/promises'
import type { MirrorCommit } from '@narwhal/git'
import type { JobDefinition } from '@narwhal/pipeline'
import { type ProblemError, problem } from '@narwhal/protocol'
import type { AttemptWork } from './attempt.ts'
import type { Container } from './engine/engine.ts'
import { jobEnvironment } from './step-environment.ts'
import { withinTime } from './within-time.ts'

/** How long image, container and workspace may take together, in milliseconds. */
const limitMs = 30 * 60_000

/** What the container waits for; `nothing` once it has started. */
interface Awaited {
  now: 'image' | 'room' | 'start' | 'nothing'
}

/**
 * Starts the container of a job, the commit in its workspace.
 *
 * @throws the problem for which no step can be run.
 */
export async function prepareJob(
  definition: JobDefinition,
  commit: MirrorCommit,
  work: AttemptWork,
): Promise<Container> {
  const awaited: Awaited = { now: 'image' }
  return withinTime((signal) => prepare(definition, commit, { ...work, signal, awaited }), {
    clock: work.clock,
    signal: work.signal,
    ms: limitMs,
    tooLate: () => tooLate(awaited, definition),
  })
}

function tooLate({ now }: Awaited, { image }: JobDefinition): ProblemError {
  switch (now) {
    case 'image':
      return problem('IMAGE_PULL_FAILED', `The image ${image} was not ready within 30 minutes.`)
    case 'room':
      return problem('RUNNER_ERROR', 'The container of a job before this one was not removed within 30 minutes.')
    case 'start':
      return problem('RUNNER_ERROR', 'The container engine did not start the container within 30 minutes.')
    case 'nothing':
      return problem('RUNNER_ERROR', 'The commit was not checked out within 30 minutes.')
    default:
      return now satisfies never
  }
}

type PrepareWork = AttemptWork & { readonly awaited: Awaited }

/** Fills the workspace while the container starts. When one fails the other is ended. */
async function prepare(definition: JobDefinition, commit: MirrorCommit, work: PrepareWork): Promise<Container> {
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

async function startContainer(work: PrepareWork, { image, env }: JobDefinition): Promise<Container> {
  const { engine, runnerId, offer, directories, belongings, awaited, room, signal } = work
  await engine.provideImage(image, { signal })
  awaited.now = 'room'
  await room(signal)
  awaited.now = 'start'
  const spec = {
    runnerId,
    attemptId: offer.attemptId,
    image,
    env: jobEnvironment(offer, env),
    workspacePath: directories.workspacePath,
    spoolPath: directories.spoolPath,
  }
  const container = belongings.use(await engine.startContainer(spec, { signal }))
  awaited.now = 'nothing'
  return container
}
