import { type Static, Type } from 'typebox'
import { Commit } from './commit.ts'
import { At, Id } from './ids.ts'
import { Ending, Outcome } from './outcome.ts'
import { PlannedConcurrency, PlannedJob } from './planned-job.ts'
import { BlobReference, Outputs, Produced } from './produced.ts'

/** A job that had ended before the offered one could begin, and what it left for it. */
export const NeededJob = Type.Object({
  key: Type.String({ description: 'as expressions know it; the cells of a matrix share one' }),
  name: Type.String(),
  outcome: Outcome,
  outputs: Outputs,
  artifacts: Type.Optional(BlobReference),
})
export type NeededJob = Static<typeof NeededJob>

/** What a dispatcher offers to a runner: one attempt at one job. The lease is in the store before this is sent. */
export const Offer = Type.Object({
  attemptId: Id,
  attempt: Type.Integer({ minimum: 1, description: 'the number of the attempt, its fencing token' }),
  token: Type.String({ minLength: 32, description: 'authorises the reports of this attempt and nothing else' }),
  leaseMs: Type.Integer({ minimum: 1 }),
  buildId: Id,
  buildNumber: Type.Integer({ minimum: 1 }),
  jobId: Id,
  jobName: Type.String(),
  kind: Type.Enum(['plan', 'steps']),
  digest: Type.Optional(Type.String({ description: 'of the planned job; the runner refuses to run anything else' })),
  commit: Commit,
  needs: Type.Array(NeededJob, { maxItems: 256 }),
  defaultPipeline: Type.Optional(Type.String({ maxLength: 262_144, description: 'for a commit without narwhal.yml' })),
})
export type Offer = Static<typeof Offer>

/** What a runner found in narwhal.yml: its jobs in their order. */
export const Plan = Type.Object({
  jobs: Type.Array(PlannedJob, { minItems: 1, maxItems: 256 }),
  concurrency: Type.Optional(PlannedConcurrency),
})
export type Plan = Static<typeof Plan>

const sequence = Type.Integer({ minimum: 1, description: 'counts up by one per attempt' })
const step = Type.Integer({ minimum: 0, description: 'index of the step' })

/** Something that happened in an attempt, in order. */
export const AttemptReportEvent = Type.Union([
  Type.Object({ type: Type.Literal('started'), sequence, at: At }),
  Type.Object({ type: Type.Literal('step-started'), sequence, at: At, step }),
  Type.Object({
    type: Type.Literal('step-ended'),
    sequence,
    at: At,
    step,
    ending: Ending,
    exitCode: Type.Optional(Type.Integer()),
  }),
])
export type AttemptReportEvent = Static<typeof AttemptReportEvent>

/** Bytes of a step's output. Steps come in their order; a chunk begins where the stored log of its step ends. */
export const LogChunk = Type.Object({
  step,
  offset: Type.Integer({ minimum: 0, description: 'bytes of this step before the chunk' }),
  at: At,
  data: Type.String({ maxLength: 87_384, description: 'base64, 64 KiB decoded at the most' }),
})
export type LogChunk = Static<typeof LogChunk>

/** The end of an attempt. It is accepted only with the whole log. */
export const AttemptResult = Type.Object({
  ending: Ending,
  at: At,
  log: Type.Object({ bytes: Type.Integer({ minimum: 0 }), sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
  exitCode: Type.Optional(Type.Integer({ description: 'of the step that decided' })),
  produced: Type.Optional(Produced),
})
export type AttemptResult = Static<typeof AttemptResult>

/** What a runner has to say about one attempt since it last spoke: all of it in one transaction, or none. */
export const AttemptReport = Type.Object({
  events: Type.Array(AttemptReportEvent, { maxItems: 500 }),
  chunks: Type.Array(LogChunk, { maxItems: 8 }),
  plan: Type.Optional(Plan),
  result: Type.Optional(AttemptResult),
})
export type AttemptReport = Static<typeof AttemptReport>

/** The answer to a report or a renewal. */
export const AttemptReply = Type.Object({
  cancel: Type.Optional(Type.String({ description: 'somebody asked to stop, and why' })),
  next: Type.Optional(Offer),
})
export type AttemptReply = Static<typeof AttemptReply>
