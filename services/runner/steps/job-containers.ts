import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JobDefinition, StepDefinition } from '@narwhal/pipeline'
import type { JobWork } from '../attempt.ts'
import type { AdoptedNetwork, AttemptNetwork, AttemptPaths, Container, ContainerSpec } from '../engine/engine.ts'
import { makeSpoolFile } from '../engine/make-spool-file.ts'
import type { FormerContainer } from '../journal/former-attempt.ts'
import { certificatesName, jobEnvironment } from '../step-environment.ts'
import type { Guests } from './guests.ts'
import { type Place, placeKey, placeOf } from './place-of.ts'
import { openSites, type Site, type StartedContainer } from './sites.ts'
import { stepFilePaths } from './step-file-paths.ts'

// 1. Every place has a directory of its own in the spool: no step reads what those of another place wrote.
// 2. A container that was killed is removed before another one is started in its place, with the same directories.
// 3. Whatever was started is removed with the attempt.

/** The containers of a job. */
export interface JobContainers {
  readonly network: AttemptNetwork
  /**
   * The container of a place, started unless it lives.
   *
   * @throws as `startContainer`.
   */
  at(place: Place, signal: AbortSignal): Promise<StartedContainer>
  /** `container` was killed or is gone: who comes to its place gets another one. */
  lose(container: Container): void
  isLost(container: Container): boolean
  /** A former life of the runner started it. */
  isAdopted(container: Container): boolean
}

export interface ContainersDeps {
  readonly network: AttemptNetwork
  readonly guests: Guests
  readonly work: JobWork
  /** What a former life of the runner has started. */
  readonly adopted?: AdoptedContainers | undefined
}

export interface AdoptedContainers extends Pick<AdoptedNetwork, 'adoptContainer'> {
  readonly containers: readonly FormerContainer[]
}

/** The containers of a job; none is started yet but those that a former life of the runner has started. */
export function openJobContainers(definition: JobDefinition, deps: ContainersDeps): JobContainers {
  const { guests, work, adopted } = deps
  const siteAt = openSites(work.directories, adopted?.containers ?? [])
  const provide = containerProvider(deps)
  const siteOf = new Map<Container, Site>()
  const lost = new Set<Container>()
  const adoptedOnes = new Set<Container>()

  const start = async (site: Site, signal: AbortSignal): Promise<StartedContainer> => {
    await site.cleared
    await mkdir(site.spoolPath, { recursive: true })
    site.filled ??= fillSpool(site, definition, work)
    const inside = work.engine.insidePaths(site)
    const { container, isAdopted } = await provide(site, specOf(site, inside, { definition, work }), signal)
    guests.add(container)
    siteOf.set(container, site)
    if (isAdopted) adoptedOnes.add(container)
    await site.filled
    return { container, spoolPath: site.spoolPath, inside }
  }

  return {
    network: deps.network,
    at(place, signal) {
      const site = siteAt(place)
      if (site.started !== undefined) return site.started
      const started = start(site, signal)
      site.started = started
      started.catch(() => delete site.started) // whoever comes next may have more luck
      return started
    },
    lose(container) {
      const site = siteOf.get(container)
      if (site === undefined || lost.has(container)) return
      lost.add(container)
      work.journal.note({ type: 'container-lost', id: container.id })
      delete site.started
      site.cleared = Promise.allSettled([container[Symbol.asyncDispose]()]) // it is tried again with the attempt
    },
    isLost: (container) => lost.has(container),
    isAdopted: (container) => adoptedOnes.has(container),
  }
}

/** Adopts the container of a place, once, or starts one there. */
function containerProvider({ network, work, adopted }: ContainersDeps) {
  const living = new Map(adopted?.containers.map((former) => [former.place, former]))
  return async ({ key, spool }: Site, spec: ContainerSpec, signal: AbortSignal) => {
    const former = living.get(key)
    living.delete(key)
    if (adopted !== undefined && former?.isLost === false) {
      return { container: await adopted.adoptContainer(former.id, spec), isAdopted: true }
    }
    await work.journal.tellLease()
    const container = await network.startContainer(spec, { signal })
    work.journal.note({ type: 'container-started', place: key, spool, id: container.id })
    return { container, isAdopted: false }
  }
}

/** Makes what the steps of a place find in its spool while its container starts. */
function fillSpool({ place, spoolPath }: Site, definition: JobDefinition, { policy }: JobWork): Promise<unknown> {
  const isHere = (step: StepDefinition, index: number) => placeKey(placeOf(step, index, definition)) === placeKey(place)
  const ofSteps = definition.steps.flatMap((step, index) =>
    isHere(step, index) ? stepFilePaths(spoolPath, index) : [],
  )
  const made = Promise.all([
    ...ofSteps.map((path) => writeSpoolFile(path, 0o666, '')), // a step may be another user than the runner
    ...(policy.certificates === undefined
      ? []
      : [writeSpoolFile(join(spoolPath, certificatesName), 0o644, policy.certificates)]),
  ])
  made.catch(() => undefined) // whoever waits for the container hears of it
  return made
}

async function writeSpoolFile(path: string, mode: number, text: string): Promise<void> {
  await using file = await makeSpoolFile(path, mode)
  if (text !== '') await file.writeFile(text)
}

interface SpecDeps {
  readonly definition: JobDefinition
  readonly work: JobWork
}

function specOf({ place, workspacePath, spoolPath }: Site, inside: AttemptPaths, deps: SpecDeps): ContainerSpec {
  const { definition, work } = deps
  const { image, resources, access, privileged } = place
  return {
    image,
    env: jobEnvironment(work.offer, definition.env, { policy: work.policy, inside }),
    workspacePath,
    spoolPath,
    leasePath: dirname(work.directories.leasePath),
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
    ...(access === networkAccess(definition) ? {} : { access }),
    ...(definition.user === undefined ? {} : { user: definition.user }),
    ...(privileged ? { privileged } : {}),
  }
}

const accesses = ['none', 'internal', 'outbound'] as const

/** The widest access that the job or one of its steps has. */
export function networkAccess({ network, steps }: JobDefinition): JobDefinition['network'] {
  const wanted = new Set([network, ...steps.map((step) => step.network)])
  return accesses.findLast((access) => wanted.has(access)) ?? network
}
