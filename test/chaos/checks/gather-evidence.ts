import type { BuildWatch } from '../ledger/watch-builds.ts'
import type { ContainerWatch } from '../ledger/watch-containers.ts'
import type { Evidence } from './evidence.ts'

export type Gathered = Omit<Evidence, 'seen' | 'lives' | 'builds' | 'logs'> & {
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
  return { ...parts, builds, logs, seen: watch.seen(), lives: containers.lives() }
}
