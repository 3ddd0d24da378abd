import { catalogue, isProblem } from '@narwhal/protocol'

/** Whether the same call may succeed later: no answer came, or one that says that the other side has trouble. */
export function isPassing(error: unknown): boolean {
  return isProblem(error) && catalogue[error.code].status >= 500
}
