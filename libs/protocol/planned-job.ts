import { type Static, Type } from 'typebox'

const name = Type.String({ minLength: 1, maxLength: 200 })
const count = Type.Integer({ minimum: 0 })

/** Jobs, or builds, of one group: how many at once. Groups belong to their repository. */
export const PlannedConcurrency = Type.Object({
  group: name,
  limit: Type.Integer({ minimum: 1 }),
  cancelSuperseded: Type.Boolean({ description: 'a newer one cancels those before it, but none with an environment' }),
})
export type PlannedConcurrency = Static<typeof PlannedConcurrency>

/** When an attempt that failed is followed by another. */
export const PlannedRetry = Type.Object({
  max: count,
  delayMs: count,
  on: Type.Optional(
    Type.Object({
      exitCodes: Type.Array(Type.Integer()),
      classes: Type.Array(Type.Enum(['failed', 'timeout', 'out-of-memory'])),
    }),
  ),
})
export type PlannedRetry = Static<typeof PlannedRetry>

/** An expression that is answered once the needed jobs have ended, with what the planner knew already. */
export const PlannedCondition = Type.Object({
  expression: Type.String({ maxLength: 4096 }),
  changed: Type.Record(Type.String(), Type.Boolean(), { description: 'glob → whether a changed file matches it' }),
  matrix: Type.Record(Type.String(), Type.String()),
})
export type PlannedCondition = Static<typeof PlannedCondition>

/**
 * One job of a plan: what the dispatcher must know of it. `digest` is the SHA-256 of its canonical definition, which the
 * runner of the job compares.
 */
export const PlannedJob = Type.Object({
  name,
  key: Type.String({ minLength: 1, maxLength: 300, description: 'the cells of a matrix share it' }),
  digest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  steps: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100, description: 'names of the steps' }),
  needs: Type.Array(name, { maxItems: 256, description: 'names of jobs of this plan' }),
  condition: Type.Optional(PlannedCondition),
  skipped: Type.Optional(Type.String({ description: 'why it is known already that it does not run' })),
  labels: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
  track: Type.Optional(Type.String({ maxLength: 100 })),
  priority: Type.Enum(['high', 'normal', 'background']),
  lost: Type.Enum(['rerun', 'fail']),
  retry: Type.Optional(PlannedRetry),
  allowFailure: Type.Boolean(),
  failFast: Type.Optional(Type.Boolean({ description: 'a cell that fails cancels the others of the same key' })),
  concurrency: Type.Optional(PlannedConcurrency),
  environment: Type.Optional(name),
  approval: Type.Optional(
    Type.Array(name, { maxItems: 20, description: 'who must approve; empty: any API token. Absent: nobody' }),
  ),
  secrets: Type.Array(name, { maxItems: 100, description: 'names of the secrets that it may read' }),
  reuseKey: Type.Optional(
    Type.String({ pattern: '^[0-9a-f]{64}$', description: 'a job of this key that passed stands for it' }),
  ),
})
export type PlannedJob = Static<typeof PlannedJob>
