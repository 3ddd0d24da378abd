import { spawn } from 'node:child_process'
import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { problem } from '@narwhal/protocol'
import { isEngineUpWithin } from './engine-state.ts'
import { systemEnvironment } from './run-command.ts'
import type { SetupContext } from './setup-context.ts'

/** dockerd's own, and that of Debian's init script, which is written earlier. */
const pidFiles = ['/var/run/docker.pid', '/var/run/docker-ssd.pid']
const socketPath = '/var/run/docker.sock'
const startLimitMs = 60_000
const shownLines = 15

export interface Dockerd {
  readonly pid: number
  /** Ends it, with SIGTERM, and waits until it has ended. */
  stop(): Promise<void>
}

/**
 * Starts `dockerd` on the default socket, detached, its output in `logFile`, and waits until it answers.
 * It outlives this process unless the caller stops it.
 *
 * @throws {ProblemError} ENGINE_NOT_STARTED, also when another dockerd is running; with the end of its log.
 */
export async function startDockerd(logFile: string, { env, clock, signal }: SetupContext): Promise<Dockerd> {
  const other = await runningDockerd()
  if (other !== undefined)
    throw problem('ENGINE_NOT_STARTED', `A dockerd is running (pid ${other}), but ${socketPath} does not answer.`)
  await mkdir(dirname(logFile), { recursive: true })
  await using log = await open(logFile, 'w')
  const child = spawn('dockerd', [], { env: systemEnvironment(env), detached: true, stdio: ['ignore', log.fd, log.fd] })
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true
      resolve()
    }
    child.once('exit', end).once('error', end)
  })
  child.unref()

  const isUp = await isEngineUpWithin(
    { socketPath },
    { clock, signal, limitMs: startLimitMs, isOver: async () => hasEnded },
  )
  if (!isUp || child.pid === undefined) throw problem('ENGINE_NOT_STARTED', await notStarted(logFile))
  const stop = async () => {
    child.ref() // or nothing would keep us until it has ended
    child.kill('SIGTERM')
    await ended
  }
  return { pid: child.pid, stop }
}

/** The pid of the dockerd of this machine; it may not answer yet. */
export async function runningDockerd(): Promise<number | undefined> {
  for (const file of pidFiles) {
    const pid = Number(await readFile(file, 'utf8').catch(() => ''))
    if (pid > 0 && (await isDockerd(pid))) return pid
  }
  return undefined
}

/** A pid file may outlive its program, and the pid be another program's by now. */
async function isDockerd(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'dockerd'
}

async function notStarted(logFile: string): Promise<string> {
  const log = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd()
  return `dockerd did not answer within ${startLimitMs / 1000} s, or ended. The end of ${logFile}:\n${log.split('\n').slice(-shownLines).join('\n')}`
}
