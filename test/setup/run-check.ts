import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { SetupContext } from '@narwhal/cli/setup'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** How long a check may take to end after SIGTERM, in milliseconds. */
const endLimitMs = 10_000

/** One of the things that must be fine, as a command of node_modules/.bin. */
export interface Check {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Its output is shown as it comes; that of others only when they fail. */
  readonly isLive?: true
}

export interface CheckEnd {
  readonly name: string
  readonly hasPassed: boolean
  readonly tookMs: number
}

/** Runs a check to its end. An abort ends it with everything that it started. */
export async function runCheck({ name, command, isLive }: Check, context: SetupContext): Promise<CheckEnd> {
  const { print, env, clock, signal } = context
  signal.throwIfAborted()
  const [program, ...args] = command
  if (isLive) print(`\n${name}: ${command.join(' ')}`)
  const startedAt = clock.monotonic()
  const output = isLive ? 'inherit' : 'pipe'
  // A process group of its own: whatever it starts can be ended with it, and Ctrl-C comes through us, once.
  const child = spawn(`${root}node_modules/.bin/${program}`, args, {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', output, output],
  })
  const end = () => {
    killGroup(child.pid, 'SIGTERM')
    setTimeout(() => killGroup(child.pid, 'SIGKILL'), endLimitMs).unref()
  }
  signal.addEventListener('abort', end, { once: true })
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null).map((stream) => text(stream))
  const [code] = await once(child, 'close')
  signal.removeEventListener('abort', end)
  killGroup(child.pid, 'SIGKILL') // what it left behind

  const tookMs = clock.monotonic() - startedAt
  if (!isLive) print(`${name}: ${code === 0 ? 'fine' : `FAILED, exit code ${String(code)}`}, ${seconds(tookMs)}`)
  if (code !== 0) print((await Promise.all(outputs)).join('').trimEnd())
  return { name, hasPassed: code === 0, tookMs }
}

/** Milliseconds as people read them. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nobody of the group is left.
  }
}
