import type { Clock, Environment } from '@narwhal/host'

/** What every part of the set-up needs from outside. */
export interface SetupContext {
  /** Shows one line to the person who started us. */
  readonly print: (line: string) => void
  /** The environment of the programs that are started, and where DOCKER_HOST is read from. */
  readonly env: Environment
  readonly clock: Clock
  readonly signal: AbortSignal
}
