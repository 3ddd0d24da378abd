import { type Static, Type } from 'typebox'
import { durationPattern } from './parse-duration.ts'

// The one place that says what a narwhal.yml may hold: the parser, the types and the editors' schema come from it.

/** The part of JSON Schema in which the schemas below are written. */
export interface Form {
  readonly type?: string
  readonly anyOf?: readonly Form[]
  readonly properties?: Readonly<Record<string, Form>>
  readonly patternProperties?: Readonly<Record<string, Form>>
  readonly required?: readonly string[]
  readonly oneOf?: readonly Form[]
  readonly items?: Form
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly 'x-narwhal'?: Hints
}

/** What JSON Schema cannot say, for the parser and its messages; it stands under the keyword `x-narwhal`. */
export interface Hints {
  /** How it is written. */
  readonly example?: string
  /** How messages call it; a key is called by its name. */
  readonly noun?: string
  /** Text for a shell, text that is a duration, the environment. */
  readonly role?: 'shell' | 'duration' | 'env'
  /** What text must be that has a `pattern`. */
  readonly must?: string
  readonly maxBytes?: number
  /** Keys that a later version will understand here. */
  readonly notYet?: readonly string[]
}

const hints = (said: Hints) => ({ 'x-narwhal': said })

const Image = Type.String({
  description: 'The container image in which the steps run.',
  minLength: 1,
  maxLength: 512,
  pattern: '^[^\\s\\u0000-\\u001f\\u007f-\\u009f]+$',
  ...hints({ example: 'image: node:24', must: 'be one word' }),
})

const Name = Type.String({
  description: 'What people see.',
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]+$',
  ...hints({ example: 'name: Unit tests', must: 'be one line without control characters' }),
})

/** The commands of a step. */
export const Run = Type.String({
  description: 'Commands for one shell, which stops at the first that fails.',
  minLength: 1,
  ...hints({ example: 'run: npm test', role: 'shell', maxBytes: 96 * 1024 }),
})

const Timeout = Type.String({
  description: 'How long it may take: hours, minutes, seconds; from 1s to 24h.',
  pattern: durationPattern,
  ...hints({ example: 'timeout: 15m', role: 'duration' }),
})

const EnvValue = Type.Union(
  [Type.String(), Type.Number(), Type.Boolean()],
  hints({ example: 'PORT: 8080, or "" for an empty text' }),
)

const Env = Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), EnvValue, {
  description: 'Environment variables. Numbers and booleans become the text that stands in the file.',
  additionalProperties: false,
  ...hints({ example: 'env: { NODE_ENV: test }', role: 'env', maxBytes: 128 * 1024 }),
})

/** Keys of jobs and steps alike. */
const workNotYet = ['uses', 'with', 'if', 'secrets', 'cache', 'retry', 'allow-failure', 'resources', 'network'] as const
const placeNotYet = ['dir', 'shell', 'user', 'privileged'] as const

const FullStep = Type.Object(
  { run: Run, name: Type.Optional(Name), env: Type.Optional(Env), timeout: Type.Optional(Timeout) },
  {
    additionalProperties: false,
    ...hints({
      noun: 'a step',
      example: '- run: npm test',
      notYet: ['image', ...workNotYet, ...placeNotYet, 'parallel'],
    }),
  },
)

const Step = Type.Union([Run, FullStep], hints({ noun: 'a step', example: '- npm test' }))

/** The steps of a job. */
export const Steps = Type.Array(Step, {
  description: 'What runs, one after the other, in one workspace.',
  minItems: 1,
  maxItems: 100,
  ...hints({ example: 'steps: [npm ci, npm test]' }),
})

const jobNotYet = [
  ...['needs', 'paths', 'services', 'matrix', 'artifacts', 'reports', 'concurrency', 'runs-on', 'track', 'priority'],
  ...['environment', 'approval', 'lost', 'clone'],
] as const

/** A narwhal.yml: one job. */
export const PipelineFile = Type.Object(
  {
    image: Image,
    run: Type.Optional(Run),
    steps: Type.Optional(Steps),
    name: Type.Optional(Name),
    env: Type.Optional(Env),
    timeout: Type.Optional(Timeout),
  },
  {
    additionalProperties: false,
    oneOf: [{ required: ['run'] }, { required: ['steps'] }],
    ...hints({
      noun: 'the file',
      example: 'image: node:24',
      notYet: ['on', 'include', 'jobs', ...workNotYet, ...jobNotYet, ...placeNotYet],
    }),
  },
)
export type PipelineFile = Static<typeof PipelineFile>
