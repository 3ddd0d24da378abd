/** A narwhal.yml that was understood. */
export interface Pipeline {
  readonly jobs: readonly JobDefinition[]
}

/** What a job does. Its digest is what a runner compares before it runs it. */
export interface JobDefinition {
  readonly name: string
  readonly image: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly steps: readonly StepDefinition[]
}

/** Commands of one shell (`sh -e`). Its `env` is merged over the job's. */
export interface StepDefinition {
  readonly name: string
  readonly run: string
  readonly env: Readonly<Record<string, string>>
  /** Absent: only the timeout of the job counts. */
  readonly timeoutMs?: number
}
