import type { BuildWatch } from '../ledger/watch-builds.ts'
import type { ContainerWatch } from '../ledger/watch-containers.ts'
import type { Evidence } from './evidence.ts'

export type Gathered = Omit<Evidence, 'seen' | 'lives' | 'volumes' | 'builds' | 'logs'> & {
  readonly watch: BuildWatch
  readonly containers: ContainerWatch
}

/** Asks for everything that can be asked once all is quiet. */
export async function gatherEvidence({ watch, containers, ...parts }: Gathered): Promise<Evidence> {
  const { rest } = parts
  const builds = await rest.builds()
  const logs = new Map<string, Buffer>()
  for (const job of builds.flatMap((build) => build.jobs)) {
    const isSilent = job.attempts.length === 0 && job.takenFrom === undefined
    if (job.kind === 'steps' && !isSilent) logs.set(job.id, await rest.log(job.id))
  }
  return { ...parts, builds, logs, seen: watch.seen(), lives: containers.lives(), volumes: containers.volumes() }
}

/** How much there was of everything. */
export function figuresOf({ builds, ledger, lives, logs }: Evidence): Readonly<Record<string, number>> {
  const jobs = builds.flatMap((build) => build.jobs)
  const attempts = jobs.flatMap((job) => job.attempts)
  const ofState = (state: string) => attempts.filter((attempt) => attempt.state === state).length
  const life = ledger.entries('life')
  return {
    builds: builds.length,
    jobs: jobs.filter(({ kind }) => kind === 'steps').length,
    attempts: attempts.length,
    'attempts lost': ofState('lost'),
    'attempts refused': ofState('refused'),
    'attempts errored': attempts.filter(({ ending }) => ending?.outcome === 'errored').length,
    'jobs errored': jobs.filter(({ ending }) => ending?.outcome === 'errored').length,
    containers: lives.length,
    deliveries: ledger.entries('delivery').length,
    'deliveries not taken': ledger.entries('delivery').filter(({ answer }) => answer !== 202 && answer !== 200).length,
    'log bytes': [...logs.values()].reduce((sum, bytes) => sum + bytes.length, 0),
    'live connections': ledger.entries('followed').reduce((sum, { connections }) => sum + Number(connections), 0),
    'starts of processes': life.filter(({ what }) => what === 'started').length,
    'ends by themselves': life.filter(({ what }) => what === 'ended by itself').length,
  }
}
