import { type Static, Type } from 'typebox'
import { Commit } from './commit.ts'
import { At, Id } from './ids.ts'
import { Ending } from './outcome.ts'
import { Produced } from './produced.ts'

// What the REST API, the events and the result files show. A key is absent while its value is not known.

const startedAt = Type.Optional(At)
const finishedAt = Type.Optional(At)
const ending = Type.Optional(Ending)

/** A step with how it ended. */
export const StepView = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  name: Type.String(),
  state: Type.Enum(['pending', 'running', 'finished']),
  ending,
  exitCode: Type.Optional(Type.Integer()),
  startedAt,
  finishedAt,
})
export type StepView = Static<typeof StepView>

/** An attempt with its steps. */
export const AttemptView = Type.Object({
  id: Id,
  number: Type.Integer({ minimum: 1 }),
  runner: Type.String({ description: 'name of the runner' }),
  state: Type.Enum(['leased', 'running', 'finished', 'refused', 'lost']),
  ending,
  startedAt,
  finishedAt,
  log: Type.Optional(
    Type.Object(
      {
        bytes: Type.Integer({ minimum: 0 }),
        sha256: Type.String(),
        whole: Type.Optional(Type.Boolean({ description: 'false: all that came before the runner was lost' })),
      },
      { description: 'of the stored bytes, once there will be no more of them' },
    ),
  ),
  steps: Type.Array(StepView),
})
export type AttemptView = Static<typeof AttemptView>

/** A job with its attempts, oldest first. */
export const JobView = Type.Object({
  id: Id,
  buildId: Id,
  kind: Type.Enum(['plan', 'steps'], { description: 'plan: reads narwhal.yml; steps: runs them' }),
  name: Type.String(),
  state: Type.Enum(['waiting', 'queued', 'leased', 'running', 'finished']),
  waitsFor: Type.Optional(Type.String({ description: 'a sentence; while it waits or is queued' })),
  needs: Type.Array(Type.String(), { description: 'names of jobs of this build' }),
  allowFailure: Type.Boolean(),
  environment: Type.Optional(Type.String()),
  approvedBy: Type.Optional(Type.String({ description: 'name of a token' })),
  ending,
  produced: Type.Optional(Produced),
  queuedAt: At,
  startedAt,
  finishedAt,
  takenFrom: Type.Optional(Id),
  attempts: Type.Array(AttemptView),
})
export type JobView = Static<typeof JobView>

/** What one target of reports did with the end of a build. */
export const ReportView = Type.Object({
  target: Type.String({ maxLength: 100, description: 'file, github-status…' }),
  state: Type.Enum(['delivered', 'refused', 'untold'], {
    description: 'untold: nobody is to be told there; `detail` says why',
  }),
  code: Type.Optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', maxLength: 64, description: 'why it was refused' })),
  detail: Type.Optional(Type.String({ maxLength: 4096 })),
  at: At,
})
export type ReportView = Static<typeof ReportView>

/** A build with its jobs. */
export const BuildView = Type.Object({
  id: Id,
  number: Type.Integer({ minimum: 1, description: 'counts up per repository' }),
  commit: Commit,
  state: Type.Enum(['queued', 'running', 'finished']),
  ending,
  createdAt: At,
  startedAt,
  finishedAt,
  resubmitOf: Type.Optional(Id),
  reports: Type.Optional(
    Type.Array(ReportView, { description: 'who was told of the end; absent until the reporter said so' }),
  ),
  jobs: Type.Array(JobView),
})
export type BuildView = Static<typeof BuildView>

/** A runner and what it holds. */
export const RunnerView = Type.Object({
  id: Id,
  name: Type.String(),
  url: Type.String(),
  slots: Type.Integer({ minimum: 1 }),
  held: Type.Integer({ minimum: 0, description: 'slots in use' }),
  labels: Type.Array(Type.String()),
  state: Type.Enum(['online', 'silent']),
  registeredAt: At,
})
export type RunnerView = Static<typeof RunnerView>
