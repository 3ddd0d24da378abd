import { Sha } from '@narwhal/protocol'
import { type Static, Type } from 'typebox'

// What we read of a push; a forge sends much more. Names and refs are checked afterwards: they are valid at the forge
// even where Narwhal takes fewer characters.

const person = Type.Optional(Type.Union([Type.Null(), Type.Object({ name: Type.Optional(Type.Unknown()) })]))

/** The payload of the GitHub event `push`. */
export const PushPayload = Type.Object({
  ref: Type.String({ minLength: 1 }),
  before: Sha,
  after: Sha,
  deleted: Type.Optional(Type.Boolean()),
  repository: Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    owner: Type.Object({ login: Type.Optional(Type.String()), name: Type.Optional(Type.String()) }),
  }),
  head_commit: Type.Optional(
    Type.Union([Type.Null(), Type.Object({ id: Sha, message: Type.Optional(Type.Unknown()), author: person })]),
  ),
  pusher: person,
})
export type PushPayload = Static<typeof PushPayload>
