import type { Clock, Environment } from '@narwhal/host'
import type { Terminal } from './terminal.ts'

/** What every command of `narwhal` needs from outside. */
export interface CommandContext {
  readonly env: Environment
  readonly clock: Clock
  readonly terminal: Terminal
  /** Aborts at Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
}
