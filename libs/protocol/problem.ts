import { type Static, Type } from 'typebox'
import { catalogue, type ProblemCode } from './problems/catalogue.ts'

/** An error on the wire (RFC 9457). `code` has a section in docs/errors.md. */
export const Problem = Type.Object({
  type: Type.String({ description: 'the page of the code' }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String({ description: 'what happened, where, and what to do' }),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type Problem = Static<typeof Problem>

/** The one error class of Narwhal: what happened and where (`message`), a code that has a page, and data for programs. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(code: ProblemCode, message: string, options?: ProblemOptions) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProblemError'
    this.code = code
    this.data = options?.data
  }
}

/** What a problem carries beside its text. */
export interface ProblemOptions {
  readonly cause?: unknown
  /** What a program needs to react, for example `{ expected: 4096 }`. It goes over the wire. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** A new error; `detail` says what happened and where. What to do is added from the catalogue when it is shown. */
export function problem(code: ProblemCode, detail: string, options?: ProblemOptions): ProblemError {
  return new ProblemError(code, detail, options)
}

/** `true` for a problem with one of `codes`, or for any problem when none is given. */
export function isProblem(error: unknown, ...codes: readonly ProblemCode[]): error is ProblemError {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code))
}

/** The wire form of an error. What is not a problem becomes `INTERNAL`, without its text. */
export function problemOf(error: unknown): Problem {
  const { code, message, data } = isProblem(error)
    ? error
    : problem('INTERNAL', 'An unexpected error; see the log of the service.')
  const { status, title, fix } = catalogue[code]
  const wire = { type: problemPage(code), title, status, code, detail: `${message}\n${fix}` }
  return data === undefined ? wire : { ...wire, data }
}

/** Where people read about a code, relative to the repository. */
export function problemPage(code: ProblemCode): string {
  return `docs/errors.md#${code.toLowerCase()}`
}
