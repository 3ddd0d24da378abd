/** What is known where an expression stands. */
export interface ExpressionScope {
  /** Names of the axes, and of what `include` adds. */
  readonly matrix: readonly string[]
  /** Keys of the jobs that this job needs, or globs of them; `undefined`: nothing is known of other jobs here. */
  readonly needs: readonly string[] | undefined
  /** Names of the inputs of a manual build. */
  readonly inputs: readonly string[]
  readonly isCondition: boolean
}
