import { mkdir } from 'node:fs/promises'
import { checkOutCommit, type MirrorCommit } from '@narwhal/git'
import type { JobDefinition } from '@narwhal/pipeline'
import { type ProblemError, problem } from '@narwhal/protocol'
import type { JobWork } from './attempt.ts'
import type { Container } from './engine/engine.ts'
import { restoreCaches } from './produce/restore-caches.ts'
import type { RestoredCaches } from './produce/restored-caches.ts'
import { unpackNeeds } from './produce/unpack-needs.ts'
import { allTogether } from './steps/all-together.ts'
import { openGuests } from './steps/guests.ts'
import { imagesOf } from './steps/images-of.ts'
import { type JobContainers, networkAccess, openJobContainers } from './steps/job-containers.ts'
import { mainPlace } from './steps/place-of.ts'
import { startSidecars } from './steps/start-sidecars.ts'
import { withinTime } from './within-time.ts'

/** How long images, containers, the workspace and what comes into it may take together, in milliseconds. */
const limitMs = 30 * 60_000

/** What the container waits for; `nothing` once it has started. */
interface Awaited {
  now: 'image' | 'room' | 'start' | 'nothing' | 'files'
}

/** A job whose first step can begin. */
export interface PreparedJob {
  readonly containers: JobContainers
  /** The one in which the first step runs, as long as it lives. */
  readonly container: Container
  readonly caches: RestoredCaches | undefined
}

/**
 * Starts the container of a job and its sidecars, the commit in its workspace, with the files of the jobs that it needs
 * and its caches.
 *
 * @throws the problem for which no step can be run.
 */
export async function prepareJob(definition: JobDefinition, commit: MirrorCommit, work: JobWork): Promise<PreparedJob> {
  const awaited: Awaited = { now: 'image' }
  return withinTime((signal) => prepare(definition, commit, { ...work, signal, awaited }), {
    clock: work.clock,
    signal: work.signal,
    ms: limitMs,
    tooLate: () => tooLate(awaited, definition),
  })
}

function tooLate({ now }: Awaited, definition: JobDefinition): ProblemError {
  switch (now) {
    case 'image':
      return problem(
        'IMAGE_PULL_FAILED',
        `The image ${imagesOf(definition).join(', ')} was not ready within 30 minutes.`,
      )
    case 'room':
      return problem('RUNNER_ERROR', 'The container of a job before this one was not removed within 30 minutes.')
    case 'start':
      return problem('RUNNER_ERROR', 'The container engine did not start the container within 30 minutes.')
    case 'nothing':
      return problem('RUNNER_ERROR', 'The commit was not checked out within 30 minutes.')
    case 'files':
      return problem('RUNNER_ERROR', 'The artifacts and caches of the job were not there within 30 minutes.')
    default:
      return now satisfies never
  }
}

type PrepareWork = JobWork & { readonly awaited: Awaited }

/** Fills the workspace while the containers start. */
async function prepare(definition: JobDefinition, commit: MirrorCommit, work: PrepareWork): Promise<PreparedJob> {
  const { workspacePath, logsPath } = work.directories
  await Promise.all([workspacePath, logsPath].map((path) => mkdir(path, { recursive: true })))
  const [started] = await allTogether(
    [
      (signal) => startContainers(definition, { ...work, signal }),
      (signal) => fillWorkspace(definition, commit, { ...work, signal }),
    ],
    work.signal,
  )
  work.awaited.now = 'files'
  return { ...started, caches: await bringFiles(definition, started.container, { ...work, commit }) }
}

async function fillWorkspace({ clone }: JobDefinition, commit: MirrorCommit, work: JobWork): Promise<void> {
  const { engine, directories, mirrors, cloneSource, signal } = work
  if (!engine.usesWorkspace || clone === false) return
  const { repository, trust } = work.offer.commit
  if (clone.submodules && trust === 'untrusted') throw submodulesRefused()
  const source = { repository, ...cloneSource(repository) }
  await checkOutCommit(commit, {
    source,
    sourceOf: cloneSource,
    mirrors,
    directory: directories.workspacePath,
    clone,
    signal,
  })
}

/** The container of the first step and all sidecars, which are ready then. */
async function startContainers(definition: JobDefinition, work: PrepareWork) {
  const { engine, runnerId, offer, belongings, awaited, room } = work
  await allTogether(
    imagesOf(definition).map((image) => (signal: AbortSignal) => engine.provideImage(image, { signal })),
    work.signal,
  )
  awaited.now = 'room'
  await room(work.signal)
  awaited.now = 'start'
  const spec = { runnerId, attemptId: offer.attemptId, access: networkAccess(definition) }
  const network = belongings.use(await engine.openNetwork(spec, { signal: work.signal }))
  const deps = { network, guests: belongings.use(openGuests()), work }
  const containers = openJobContainers(definition, deps)
  const [{ container }] = await allTogether(
    [
      (signal) => containers.at(mainPlace(definition), signal),
      (signal) => startSidecars(definition, { ...deps, work: { ...work, signal } }),
    ],
    work.signal,
  )
  awaited.now = 'nothing'
  return { containers, container }
}

async function bringFiles(
  definition: JobDefinition,
  container: Container,
  work: JobWork & { readonly commit: MirrorCommit },
) {
  if (work.offer.needs.some(({ artifacts }) => artifacts !== undefined)) await unpackNeeds(container, work)
  return definition.cache.length === 0 ? undefined : restoreCaches(definition, container, work)
}

/** Whoever may not read a repository could have it checked out by us. */
function submodulesRefused(): ProblemError {
  return problem('SUBMODULE_FOREIGN', 'The commit of a stranger asks for submodules.')
}
