import type { PlannedJob } from '@narwhal/protocol'
import { digestJob } from '../digest-job.ts'
import { lineOf } from '../expressions/fill-texts.ts'
import type { JobDefinition } from '../pipeline.ts'
import type { ChosenCondition } from './choose-condition.ts'

/** What a plan says of a job beside its definition. */
export interface JobExtras extends ChosenCondition {
  /** Of its matrix. */
  readonly failFast: boolean
  readonly reuseKey?: string | undefined
}

/** What the dispatcher must know of a job. */
export function planJob(definition: JobDefinition, { condition, skipped, failFast, reuseKey }: JobExtras): PlannedJob {
  const { name, key, needs, labels, track, priority, lost, allowFailure } = definition
  const { retry, concurrency, environment, approval } = definition
  return {
    name,
    key,
    digest: digestJob(definition),
    steps: definition.steps.map((step) => lineOf(step.name) || 'step'),
    needs: [...needs],
    ...(condition === undefined ? {} : { condition }),
    ...(skipped === undefined ? {} : { skipped }),
    labels: [...labels],
    ...(track === undefined ? {} : { track }),
    priority,
    lost,
    ...(retry === undefined ? {} : { retry: plannedRetry(retry) }),
    allowFailure,
    ...(failFast ? { failFast } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(environment === undefined ? {} : { environment }),
    ...(approval === undefined ? {} : { approval: [...approval] }),
    secrets: secretsOf(definition),
    ...(reuseKey === undefined ? {} : { reuseKey }),
  }
}

/** Names of the secrets that a job or one of its steps reads, each once. */
function secretsOf({ secrets, steps }: JobDefinition): string[] {
  return [...new Set([secrets, ...steps.map((step) => step.secrets)].flatMap((one) => Object.values(one)))]
}

function plannedRetry({ max, delayMs, on }: NonNullable<JobDefinition['retry']>): NonNullable<PlannedJob['retry']> {
  if (on === undefined) return { max, delayMs }
  return { max, delayMs, on: { exitCodes: [...on.exitCodes], classes: [...on.classes] } }
}
