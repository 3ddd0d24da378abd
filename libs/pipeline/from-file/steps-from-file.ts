import type { ImageBuild, StepDefinition, StepWork } from '../pipeline.ts'
import type { JobInFile } from '../schema/jobs.ts'
import { retryFromFile, resourcesFromFile, timeoutFromFile } from './limits-from-file.ts'
import { listOf } from './list-of.ts'
import { nameOfCommands } from './name-of-commands.ts'
import { secretsFromFile } from './secrets-from-file.ts'
import { textsOf } from './texts-of.ts'
import { withoutAbsent } from './without-absent.ts'

type StepInFile = NonNullable<JobInFile['steps']>[number]
type SingleStep = Exclude<StepInFile, string>

/** The environment of the job, over which that of each step is merged. */
export type JobEnvironment = Pick<StepDefinition, 'env' | 'secrets'>

/** The steps of a job; those of `parallel` become neighbours with the same number. */
export function stepsFromFile(
  { steps, run, uses, with: inputs }: Pick<JobInFile, 'steps' | 'run' | 'uses' | 'with'>,
  job: JobEnvironment,
): readonly StepDefinition[] {
  const alone: SingleStep = withoutAbsent({ run, uses, with: inputs })
  return (steps ?? [alone]).flatMap((step, index) => {
    if (typeof step === 'string' || step.parallel === undefined) return [stepOf(step, job)]
    return step.parallel.map((beside) => ({ ...stepOf(beside, job), parallel: index }))
  })
}

function stepOf(step: StepInFile, job: JobEnvironment): StepDefinition {
  const full: SingleStep = typeof step === 'string' ? { run: step } : step
  const { name, image, if: condition, timeout, retry, resources, network, dir, shell, user, privileged } = full
  return withoutAbsent({
    name: name ?? nameOfStep(full),
    work: workOf(full),
    image,
    env: { ...job.env, ...textsOf(full.env) },
    secrets: { ...job.secrets, ...secretsFromFile(full.secrets) },
    if: condition === undefined ? undefined : String(condition),
    timeout: timeoutFromFile(timeout),
    retry: retryFromFile(retry),
    allowFailure: full['allow-failure'] ?? false,
    resources: resources && resourcesFromFile(resources),
    network,
    dir,
    shell,
    user: user === undefined ? undefined : String(user),
    privileged,
  })
}

function nameOfStep({ run, with: inputs }: SingleStep): string {
  if (run !== undefined) return nameOfCommands(run)
  const [tag] = listOf(inputs?.tags)
  return tag === undefined ? 'image' : `image ${tag}`.slice(0, 200)
}

function workOf({ run, with: inputs = {} }: SingleStep): StepWork {
  return run === undefined ? { uses: 'image', with: imageBuildOf(inputs) } : { run }
}

function imageBuildOf(inputs: NonNullable<SingleStep['with']>): ImageBuild {
  const { context = '.', file = 'Dockerfile', args, tags, push = false, validate, skip = true } = inputs
  return withoutAbsent({ context, file, args: textsOf(args), tags: listOf(tags), push, validate, skip })
}
