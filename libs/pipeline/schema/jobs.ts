import { type Static, Type } from 'typebox'
import { Env, Secrets } from './environment.ts'
import { hints } from './form.ts'
import { Artifacts, Cache, Clone, Reports } from './kept-files.ts'
import { Concurrency, Network, Resources, Retry, Timeout } from './limits.ts'
import { Matrix } from './matrix.ts'
import { Sidecars } from './sidecars.ts'
import { Steps } from './steps.ts'
import { ImageOr, InsidePath, linePattern, Name, OneOrMore, Run, Word } from './texts.ts'
import { placeKeys, workKeys } from './work.ts'

const Environment = Type.String({
  description:
    'What the job deploys to. It is never interrupted nor started again after a lost runner, and its result is never reused.',
  minLength: 1,
  maxLength: 200,
  pattern: linePattern,
  ...hints({ example: 'environment: production', must: 'be one line without control characters' }),
})

const Approval = Type.Union(
  [
    Type.Boolean(hints({ example: 'approval: true' })),
    Type.Array(Word('approval: [ada]'), { minItems: 1, maxItems: 20, ...hints({ example: 'approval: [ada]' }) }),
  ],
  {
    description:
      'The job waits until somebody approves: `true` for anybody who may use the API, or the names of their tokens.',
    ...hints({ example: 'approval: true', otherwise: 'nobody must' }),
  },
)

/** The keys of a job in its full form; a file without `jobs` has them at its root. */
export const jobProperties = {
  image: Type.Optional(ImageOr('each step has one')),
  run: Type.Optional(Run),
  steps: Type.Optional(Steps),
  name: Type.Optional(Name('plan', 'the key')),
  uses: workKeys.uses,
  with: workKeys.with,
  needs: Type.Optional(
    OneOrMore(Word('needs: [lint, test]'), {
      description:
        'Jobs that must have passed before (skipped counts too), or globs of them. Their artifacts are in the workspace, their outputs in `needs`.',
      maxItems: 256,
      example: 'needs: [lint, test]',
      otherwise: 'none',
    }),
  ),
  if: workKeys.if,
  paths: Type.Optional(
    OneOrMore(InsidePath('paths: [web/**]'), {
      description:
        'Globs of the files that the job depends on: while they are the same, an earlier pass stands for it.',
      example: 'paths: [web/**]',
      otherwise: 'it always runs',
    }),
  ),
  env: Type.Optional(Env),
  secrets: Type.Optional(Secrets),
  services: Type.Optional(Sidecars),
  matrix: Type.Optional(Matrix),
  cache: Type.Optional(Cache),
  artifacts: Type.Optional(Artifacts),
  reports: Type.Optional(Reports),
  timeout: Type.Optional(Timeout('1h')),
  retry: Type.Optional(Retry),
  'allow-failure': workKeys['allow-failure'],
  concurrency: Type.Optional(Concurrency('jobs')),
  'runs-on': Type.Optional(
    OneOrMore(Word('runs-on: [os=linux]'), {
      description: 'Labels that the runner must have.',
      example: 'runs-on: [os=linux]',
      otherwise: 'any runner',
    }),
  ),
  track: Type.Optional(
    Type.String({
      ...Word('track: ruby'),
      description: 'Runners of this track come first; without a free one, any other that fits.',
      maxLength: 100,
      ...hints({ example: 'track: ruby', must: 'be one word' }),
    }),
  ),
  priority: Type.Optional(
    Type.Enum(['high', 'normal', 'background'], {
      description: 'Which waiting jobs go first.',
      ...hints({ example: 'priority: high', otherwise: 'normal' }),
    }),
  ),
  resources: Type.Optional(Resources),
  network: Type.Optional(Network('outbound')),
  environment: Type.Optional(Environment),
  approval: Type.Optional(Approval),
  lost: Type.Optional(
    Type.Enum(['rerun', 'fail'], {
      description: 'What happens when its runner is lost.',
      ...hints({ example: 'lost: fail', otherwise: 'rerun; `fail` with `environment`' }),
    }),
  ),
  clone: Type.Optional(Clone),
  ...placeKeys(),
}

const choices = ['run', 'steps', 'uses'] as const

const FullJob = Type.Object(jobProperties, {
  additionalProperties: false,
  oneOf: choices.map((key) => ({ required: [key] })),
  ...hints({ noun: 'a job', place: 'job', example: 'test: { run: npm test }', oneOf: choices, published: 'job' }),
})

export type JobInFile = Static<typeof FullJob>

/** Jobs under their keys; each is a command, a list of steps, or a map. */
export const Jobs = Type.Record(
  Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$' }),
  Type.Union([Run, Steps, FullJob], hints({ noun: 'a job', example: 'test: npm test' })),
  {
    description: 'The jobs, which run side by side unless one `needs` another. A text is a command, a list steps.',
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 256,
    ...hints({
      example: 'jobs: { lint: npm run lint, test: npm test }',
      names: {
        noun: 'a job',
        fix: 'Use letters, digits, _, - and ., 100 at the most, and begin with a letter or digit, for example: unit-tests',
      },
      tooMany: 'Put several commands into one job, or use fewer jobs.',
    }),
  },
)
