import type { JobDefinition, NetworkAccess, Resources, StepDefinition } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'

// Steps that agree in all of this share a container. Who may read a secret is told apart by it too: a step could read
// what another left behind, or its environment while it runs.

/** What the container of a step must be like. */
export interface Place {
  readonly image: string
  /** Names of the secrets that its steps may read, sorted. */
  readonly secrets: readonly string[]
  readonly resources: Resources
  readonly access: NetworkAccess
  readonly privileged: boolean
  /** The index of a step that has neighbours, and a limit that may end its container: that must not end theirs. */
  readonly alone?: number
}

/** In which the workspace is packed for a job that only builds images, and so names none. */
const packerImage = 'busybox'

/** The place of the step with the index `index`. */
export function placeOf(step: StepDefinition, index: number, job: JobDefinition): Place {
  const isLimited = step.timeout?.totalMs !== undefined || step.timeout?.silenceMs !== undefined
  return {
    image: step.image ?? job.image ?? packerImage,
    secrets: [...new Set(Object.values(step.secrets))].sort(),
    resources: { ...job.resources, ...step.resources },
    access: step.network ?? job.network,
    privileged: step.privileged ?? job.privileged,
    ...(step.parallel !== undefined && isLimited ? { alone: index } : {}),
  }
}

/** Where the job is at home: the place of its first step with commands. What its caches and artifacts are is seen there. */
export function mainPlace(job: JobDefinition): Place {
  const index = job.steps.findIndex(({ work }) => 'run' in work)
  const first = job.steps[Math.max(0, index)]
  if (first === undefined) throw problem('RUNNER_ERROR', 'A job without steps was planned.')
  return placeOf(first, Math.max(0, index), job)
}

/** Equal for equal places. */
export function placeKey({ image, secrets, resources, access, privileged, alone }: Place): string {
  const { cpu, memoryBytes, pids, diskBytes } = resources
  return JSON.stringify([image, secrets, cpu, memoryBytes, pids, diskBytes, access, privileged, alone])
}
