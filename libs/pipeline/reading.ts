import type { Form } from './pipeline-schema.ts'
import type { ProblemList } from './problem-list.ts'

/** The text of a file, and where its problems go. */
export interface YamlSource {
  readonly text: string
  readonly problems: ProblemList
}

/** What a value should be (`form`), and how messages call it (`subject`). */
export interface Reading extends YamlSource {
  readonly form: Form
  readonly subject: string
}

/** A key of a map and where it begins. */
export interface KeyPlace {
  readonly key: string
  readonly start: number
}
