import { type Static, Type } from 'typebox'
import { hints } from './form.ts'
import { Jobs, jobProperties } from './jobs.ts'
import { Concurrency } from './limits.ts'
import { InsidePath, OneOrMore } from './texts.ts'
import { On } from './triggers.ts'

const choices = ['run', 'steps', 'uses', 'jobs'] as const

/** A narwhal.yml. Without `jobs` it is one job; with them, its other keys are defaults of every job. */
export const PipelineFile = Type.Object(
  {
    on: Type.Optional(On),
    include: Type.Optional(
      OneOrMore(InsidePath('include: ["*/narwhal.yml"]'), {
        description: 'Globs of nested narwhal.yml files, whose jobs are called `<dir>:<job>`.',
        example: 'include: ["*/narwhal.yml"]',
        otherwise: 'none',
      }),
    ),
    ...jobProperties,
    concurrency: Type.Optional(Concurrency('builds')),
    jobs: Type.Optional(Jobs),
  },
  {
    additionalProperties: false,
    ...hints({ noun: 'the file', place: 'file', example: 'image: node:24', oneOf: choices }),
  },
)
export type PipelineFile = Static<typeof PipelineFile>
