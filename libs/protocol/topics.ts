import { type Static, Type } from 'typebox'
import { Commit } from './commit.ts'
import { At, Id } from './ids.ts'
import { BuildView } from './views.ts'

/** A topic of the broker and the services that subscribe to it; each subscriber gets every message. */
export interface Topic {
  readonly name: string
  readonly subscribers: readonly string[]
}

/** Commits to test, from agents to dispatchers. */
export const commitsTopic = { name: 'commits', subscribers: ['dispatcher'] } as const satisfies Topic

/** What happened to builds, from dispatchers to reporters (and dashboards). */
export const buildEventsTopic = { name: 'build-events', subscribers: ['reporter'] } as const satisfies Topic

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
