/** What the owner of a runner decides about the steps of all jobs. */
export interface StepPolicy {
  /** What every step sees: the proxies of this network. A job may say otherwise. */
  readonly env: Readonly<Record<string, string>>
  /** Certificates in PEM that steps trust. */
  readonly certificates?: string | undefined
  /** Globs of `host/owner/name`: repositories whose trusted commits may be privileged. */
  readonly privilegedRepositories: readonly string[]
}

/** Nothing is added, and nobody is privileged. */
export const plainPolicy: StepPolicy = { env: {}, privilegedRepositories: [] }
