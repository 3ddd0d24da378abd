import type { Clock } from '@narwhal/host'
import type { CappedOutput } from './capped-output.ts'

/** What a command of the scripted engine works on. */
export interface ShellDeps {
  readonly env: Readonly<Record<string, string>>
  readonly output: CappedOutput
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Ends the container. */
  readonly kill: () => void
}

/** How one command ended; `ends` ends the script. */
export interface CommandEnd {
  readonly exitCode: number
  readonly ends?: true
  readonly outOfMemory?: true
}
