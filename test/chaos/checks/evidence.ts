import type { BuildView, JobView } from '@narwhal/protocol'
import type { ContainerLife } from '../ledger/watch-containers.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PlannedPush } from '../plan/chaos-plan.ts'
import type { ExpectedJob } from '../plan/shapes.ts'
import type { Deeds } from '../play/act-on-builds.ts'
import type { MadePush } from '../play/send-pushes.ts'
import type { Rig } from '../rig/rig.ts'
import type { Rest } from '../rig/rest.ts'
import type { Baseline } from './check-resources.ts'

/** Everything that the checks look at, gathered when all was quiet. */
export interface Evidence {
  readonly rig: Rig
  readonly rest: Rest
  readonly ledger: Ledger
  readonly pushes: readonly MadePush[]
  readonly deeds: Deeds
  /** Each state in which a build was seen. */
  readonly seen: ReadonlyMap<string, readonly string[]>
  /** What the processes held when they were started first. */
  readonly baseline: Baseline
  readonly lives: readonly ContainerLife[]
  /** The names of all volumes that these containers had. */
  readonly volumes: ReadonlySet<string>
  readonly builds: readonly BuildView[]
  /** Stored logs, by job; of what was taken over, the log that it took. */
  readonly logs: ReadonlyMap<string, Buffer>
}

/** A job with what its push has to come to. */
export interface JobOfPush {
  readonly push: PlannedPush & { readonly sha: string }
  readonly build: BuildView
  readonly job: JobView
  readonly expected: ExpectedJob
}

/** Every job of every build that a push led to, resubmitted ones too. */
export function jobsOfPushes({ pushes, builds }: Evidence): readonly JobOfPush[] {
  const bySha = Map.groupBy(builds, ({ commit }) => commit.sha)
  return pushes.flatMap((push) =>
    (bySha.get(push.sha) ?? []).flatMap((build) =>
      push.shape.jobs.flatMap((expected) => {
        const job = build.jobs.find(({ kind, name }) => kind === 'steps' && name === expected.name)
        return job === undefined ? [] : [{ push, build, job, expected }]
      }),
    ),
  )
}
