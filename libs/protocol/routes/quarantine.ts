import { type Static, Type } from 'typebox'
import { At, Id } from '../ids.ts'
import type { Route } from '../route.ts'

/** A message that no service could take, as people see it. */
export const QuarantineView = Type.Object({
  id: Type.String(),
  topic: Type.String(),
  messageId: Type.String({ description: "the sender's; may be anything" }),
  because: Type.String(),
  at: At,
  length: Type.Integer({ minimum: 0, description: 'of the body, in characters' }),
  begins: Type.String({ description: 'the first 2,000 characters of the body' }),
})
export type QuarantineView = Static<typeof QuarantineView>

const quarantineId = Type.String({ minLength: 1, maxLength: 200 })

export const listQuarantine = {
  method: 'GET',
  path: '/v1/quarantine',
  summary: 'Messages that could not be taken, newest first',
  auth: 'api',
  query: Type.Object({
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    after: Type.Optional(quarantineId),
  }),
  reply: Type.Object({
    messages: Type.Array(QuarantineView),
    next: Type.Optional(Type.String({ description: 'give it as `after` for the next page' })),
  }),
} as const satisfies Route

export const requeueMessage = {
  method: 'POST',
  path: '/v1/quarantine/:quarantineId/requeue',
  summary:
    'Take a message out of quarantine: again, exactly as if it came now. It may be asked for any number of times',
  auth: 'api',
  params: Type.Object({ quarantineId }),
  reply: Type.Object({
    state: Type.Enum(['taken', 'published', 'kept'], {
      description:
        'taken: by the dispatcher; published: to the service that had put it aside, which puts it aside again if it still cannot take it; kept: it still cannot be taken, `because` says why',
    }),
    because: Type.Optional(Type.String()),
    buildId: Type.Optional(Id),
  }),
} as const satisfies Route
