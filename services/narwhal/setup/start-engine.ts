import { join } from 'node:path'
import { problem } from '@narwhal/protocol'
import { findProgram } from './find-program.ts'
import { isEngineUpWithin } from './engine-state.ts'
import type { System } from './read-system.ts'
import { runCommand } from './run-command.ts'
import type { SetupContext } from './setup-context.ts'
import { runningDockerd, startDockerd } from './start-dockerd.ts'

// 1. There is never a second dockerd: one that runs already is waited for.
// 2. The machine's own way comes first (systemd, then its init script), so that the engine is found where people look.
// 3. A dockerd of our own starts only when the init script left none running.

const socketPath = '/var/run/docker.sock'
const waitLimitMs = 60_000
/** The script starts dockerd in the background: until then its absence means nothing. */
const scriptGraceMs = 3000

export interface EngineStart {
  readonly system: System
  /** Where the log of a dockerd that we start ourselves goes. */
  readonly dataDir: string
}

/** Starts the installed engine, as root, and waits until it answers. It stays when Narwhal ends. */
export async function startEngine({ system, dataDir }: EngineStart, context: SetupContext): Promise<void> {
  const { print } = context
  if ((await runningDockerd()) !== undefined) return waitForOther(context) // 1
  if (system.hasSystemd) return startBySystemd(context)

  if (await hasStartedByScript(context)) return
  if ((await runningDockerd()) !== undefined) return waitForOther(context) // 1
  const logFile = join(dataDir, 'dockerd.log')
  print(`Starting dockerd; its log is ${logFile}`)
  await startDockerd(logFile, context) // 3
}

/** Debian's init script; it fails in containers that may not raise the limit of open files. */
async function hasStartedByScript({ print, env, clock, signal }: SetupContext): Promise<boolean> {
  const service = await findProgram('service', env)
  if (service === undefined) return false
  print('Starting Docker: service docker start')
  const { code } = await runCommand([service, 'docker', 'start'], { env, signal })
  if (code !== 0) return false
  const graceEndsAt = clock.monotonic() + scriptGraceMs
  const isOver = async () => clock.monotonic() > graceEndsAt && (await runningDockerd()) === undefined
  return isEngineUpWithin({ socketPath }, { clock, signal, limitMs: waitLimitMs, isOver })
}

async function waitForOther({ print, clock, signal }: SetupContext): Promise<void> {
  print('Docker is starting; waiting until it answers …')
  if (await isEngineUpWithin({ socketPath }, { clock, signal, limitMs: waitLimitMs })) return
  throw problem('ENGINE_NOT_STARTED', `dockerd runs, but ${socketPath} does not answer after ${waitLimitMs / 1000} s.`)
}

async function startBySystemd({ print, env, clock, signal }: SetupContext): Promise<void> {
  print('Starting Docker: systemctl start docker')
  const { output } = await runCommand(['systemctl', 'start', 'docker'], { env, signal })
  if (await isEngineUpWithin({ socketPath }, { clock, signal, limitMs: waitLimitMs })) return
  throw problem('ENGINE_NOT_STARTED', `systemctl start docker: ${output.trim()}\nIts log: journalctl -u docker`)
}
