import { Type } from 'typebox'
import { Env, Secrets } from './environment.ts'
import { hints } from './form.ts'
import { Network, Resources, Retry, Timeout } from './limits.ts'
import { ImageOr, Name, Run } from './texts.ts'
import { placeKeys, workKeys } from './work.ts'

const asJob = "the job's"

const properties = {
  run: Type.Optional(Run),
  uses: workKeys.uses,
  with: workKeys.with,
  name: Type.Optional(Name('start', 'the first line of the commands')),
  image: Type.Optional(ImageOr(asJob)),
  env: Type.Optional(Env),
  secrets: Type.Optional(Secrets),
  if: workKeys.if,
  timeout: Type.Optional(Timeout('the job has one')),
  retry: Type.Optional(Retry),
  'allow-failure': workKeys['allow-failure'],
  resources: Type.Optional(Resources),
  network: Type.Optional(Network(asJob)),
  ...placeKeys(asJob),
}

const choices = ['run', 'uses'] as const

/** A step in its full form, as `parallel` takes it too. */
const FullStep = Type.Object(properties, {
  additionalProperties: false,
  oneOf: choices.map((key) => ({ required: [key] })),
  ...hints({ noun: 'a step of `parallel`', example: '- run: npm test', oneOf: choices, published: 'step' }),
})

const Step = Type.Union([Run, FullStep], hints({ noun: 'a step of `parallel`', example: '- npm test' }))

const tooMany = 'Put several commands into one `run: |`.'

const Parallel = Type.Array(Step, {
  description: 'Steps that run side by side; the step behind them waits for all.',
  minItems: 1,
  maxItems: 100,
  ...hints({ example: 'parallel: [npm run lint, npm test]', tooMany }),
})

const stepChoices = [...choices, 'parallel'] as const

const StepOfJob = Type.Object(
  { ...properties, parallel: Type.Optional(Parallel) },
  {
    additionalProperties: false,
    oneOf: stepChoices.map((key) => ({ required: [key] })),
    ...hints({ noun: 'a step', place: 'step', example: '- run: npm test', oneOf: stepChoices, published: 'stepOfJob' }),
  },
)

/** The steps of a job. */
export const Steps = Type.Array(Type.Union([Run, StepOfJob], hints({ noun: 'a step', example: '- npm test' })), {
  description: 'What runs, one after the other, in one workspace. A text is a command, a map a step.',
  minItems: 1,
  maxItems: 100,
  ...hints({ example: 'steps: [npm ci, npm test]', tooMany, published: 'steps' }),
})
