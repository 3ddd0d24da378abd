import { type Static, Type } from 'typebox'
import { Commit } from './commit.ts'
import { At, Id } from './ids.ts'
import { BuildView, ReportView } from './views.ts'

/** A topic of the broker and the services that subscribe to it; each subscriber gets every message. */
export interface Topic {
  readonly name: string
  readonly subscribers: readonly string[]
}

/** Commits to test, from agents to dispatchers. */
export const commitsTopic = { name: 'commits', subscribers: ['dispatcher'] } as const satisfies Topic

/** What happened to builds, from dispatchers to reporters (and dashboards). */
export const buildEventsTopic = { name: 'build-events', subscribers: ['reporter'] } as const satisfies Topic

/** What became of reports, and what reporters could not take, from reporters to dispatchers. */
export const reportsTopic = { name: 'reports', subscribers: ['dispatcher'] } as const satisfies Topic

/** The keys of a delivery: its copies become one build, whichever agents they come to and whenever. */
export const Delivery = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 100, description: 'as the forge says; it is not signed' }),
  secretId: Type.String({
    minLength: 1,
    maxLength: 64,
    description: 'our own id of the secret that verified the body',
  }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'of the raw body' }),
})
export type Delivery = Static<typeof Delivery>

/** A message of the topic `commits`. */
export const CommitMessage = Type.Object({
  version: Type.Literal(1),
  id: Id,
  eventKey: Type.String({
    maxLength: 1024,
    description: 'same key while the first is unfinished = same event: repository, kind, ref, before, sha',
  }),
  receivedAt: At,
  commit: Commit,
  unlessBuilt: Type.Optional(
    Type.Boolean({
      description: 'found by comparing heads: nothing to do where this ref was built at this sha before',
    }),
  ),
  delivery: Type.Optional(Delivery),
})
export type CommitMessage = Static<typeof CommitMessage>

/** A message of the topic `build-events`: the build as it stood after the change. */
export const BuildEventMessage = Type.Object({
  version: Type.Literal(1),
  id: Id,
  sequence: Type.Integer({ minimum: 1, description: 'counts up per build; a higher one replaces a lower one' }),
  type: Type.Enum(['build-queued', 'build-started', 'build-finished']),
  at: At,
  build: BuildView,
})
export type BuildEventMessage = Static<typeof BuildEventMessage>

/** A message of the topic `reports`. */
export const ReportMessage = Type.Union([
  Type.Object({
    version: Type.Literal(1),
    id: Id,
    type: Type.Literal('report'),
    buildId: Id,
    sequence: Type.Integer({ minimum: 1, description: 'of the event about the build that was told' }),
    report: ReportView,
  }),
  Type.Object({
    version: Type.Literal(1),
    id: Id,
    type: Type.Literal('quarantine'),
    topic: Type.String({ maxLength: 100 }),
    messageId: Type.String({ maxLength: 1024 }),
    body: Type.String(),
    because: Type.String({ maxLength: 4096 }),
    at: At,
  }),
])
export type ReportMessage = Static<typeof ReportMessage>
