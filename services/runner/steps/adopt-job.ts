import type { JobDefinition } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import type { AttemptWork, JobWork } from '../attempt.ts'
import type { AdoptedNetwork } from '../engine/engine.ts'
import type { FormerAttempt } from '../journal/former-attempt.ts'
import type { PreparedJob } from '../prepare-job.ts'
import { openGuests } from './guests.ts'
import { openJobContainers } from './job-containers.ts'
import { mainPlace, placeKey } from './place-of.ts'

/**
 * Takes over all that still runs of a job that a former life of the runner has begun.
 *
 * @throws RUNNER_STOPPED when that cannot be; as the engine.
 */
export async function adoptNetwork(former: FormerAttempt, work: AttemptWork): Promise<AdoptedNetwork> {
  const { engine, runnerId, offer, belongings, halted: signal } = work
  const { prepared, containers } = former
  if (prepared === undefined || engine.adoptNetwork === undefined) {
    throw problem('RUNNER_STOPPED', 'The runner ended before the job had, and could not go on with it.')
  }
  const spec = { runnerId, attemptId: offer.attemptId, access: prepared.access }
  const living = containers.flatMap(({ id, isLost }) => (isLost ? [] : [id]))
  return belongings.use(await engine.adoptNetwork(spec, { containers: living, signal }))
}

/** The job as it was when its runner ended: its containers are there, its files are in them. */
export async function adoptJob(
  definition: JobDefinition,
  { containers, prepared }: FormerAttempt,
  { network, work }: { readonly network: AdoptedNetwork; readonly work: JobWork },
): Promise<PreparedJob> {
  const guests = work.belongings.use(openGuests())
  const adopted = { containers, adoptContainer: network.adoptContainer }
  const ofJob = openJobContainers(definition, { network, guests, work, adopted })
  const main = mainPlace(definition)
  const { container } = await ofJob.at(main, work.signal)
  const isLost = containers.some((each) => each.place === placeKey(main) && each.isLost)
  const caches = isLost ? prepared?.caches && { ...prepared.caches, missed: [] } : prepared?.caches // their files are gone
  return { containers: ofJob, container, caches }
}
