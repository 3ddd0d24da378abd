import type { ProblemList } from './problem-list.ts'
import type { Form } from './schema/form.ts'
import type { YamlScalar } from './yaml-value.ts'

/** The text of a file, and where its problems go. */
export interface YamlSource {
  readonly text: string
  readonly problems: ProblemList
}

/** Where a value stands: keys of maps and indexes of lists, from the root. */
export type YamlPath = readonly (string | number)[]

/** What a value should be (`form`), how messages call it (`subject`), where it stands, and what was found so far. */
export interface Reading extends YamlSource {
  readonly form: Form
  readonly subject: string
  readonly path: YamlPath
  /** Expressions are checked when the whole file is known. */
  readonly expressions: FoundExpression[]
}

/** A text that is an expression, or holds some in `${{ }}`. */
export interface FoundExpression {
  readonly value: YamlScalar
  readonly path: YamlPath
  readonly kind: 'condition' | 'template'
  /** What is known when it is answered. */
  readonly when: 'plan' | 'start'
}

/** A key of a map and where it begins. */
export interface KeyPlace {
  readonly key: string
  readonly start: number
}
