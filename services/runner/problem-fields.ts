import { isProblem, problemOf } from '@narwhal/protocol'

/** What the log says of an error: of a problem what happened, what to do, and its page; of another error all of it. */
export function problemFields(error: unknown): object {
  if (!isProblem(error)) return { err: error }
  const { code, detail, type } = problemOf(error)
  return { code, detail, page: type }
}
