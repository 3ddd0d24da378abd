import type { Clock } from '@narwhal/host'
import type { ScriptedFiles } from './scripted-files.ts'

/** Where a command writes. */
export interface Output {
  /** Whatever comes now is thrown away. */
  isFull(): boolean
  write(text: string): void
  /** What was written can be read by others from now on. */
  flush(): Promise<void>
}

/** What a script of the scripted engine works on. */
export interface ShellDeps {
  readonly env: Readonly<Record<string, string>>
  readonly output: Output
  readonly files: ScriptedFiles
  /** Whether a sidecar is found under this name. */
  readonly knowsHost: (host: string) => boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Ends the container. */
  readonly kill: () => void
}

export type CommandBody = (words: readonly string[], deps: ShellDeps) => CommandEnd | Promise<CommandEnd>

/** How one command ended; `ends` ends the script. */
export interface CommandEnd {
  readonly exitCode: number
  readonly ends?: true
  readonly outOfMemory?: true
}

export const succeeded: CommandEnd = { exitCode: 0 }
export const failed: CommandEnd = { exitCode: 1 }
