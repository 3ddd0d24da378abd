import { type Static, Type } from 'typebox'

/** How something ended. `failed`: the user's commands said no. `errored`: Narwhal could not find out. */
export const Outcome = Type.Enum(['passed', 'failed', 'errored', 'cancelled', 'skipped'])
export type Outcome = Static<typeof Outcome>

/** An outcome with its cause: a code of the problem catalogue and a message that tells the user what to do. */
export const Ending = Type.Object(
  {
    outcome: Outcome,
    code: Type.Optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', maxLength: 64 })),
    message: Type.Optional(Type.String({ maxLength: 65_536 })),
  },
  { additionalProperties: false },
)
export type Ending = Static<typeof Ending>
