import type { ProblemCode } from '@narwhal/protocol'

/** What is wrong with an expression, or a text that holds some. `offset` counts UTF-16 units from the text's beginning. */
export interface ExpressionFault {
  readonly code: ProblemCode
  readonly offset: number
  readonly message: string
  /** What to write instead. */
  readonly hint: string
}
