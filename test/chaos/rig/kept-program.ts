import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { scheduler } from 'node:timers/promises'
import type { ServiceProgram } from '../../real/service-program.ts'

/** What happened to a process. */
export type LifeEvent =
  | { readonly what: 'started' | 'killed'; readonly pid: number | undefined }
  | { readonly what: 'ended by itself'; readonly code: string }
  | { readonly what: 'did not start'; readonly because: string }

/** A process that is started again whenever it ends, as systemd or Docker would. Disposing kills it. */
export interface KeptProgram extends AsyncDisposable {
  readonly name: string
  readonly program: ServiceProgram
  /** Starts it, and keeps it from then on; resolves once it listens. */
  start(): Promise<void>
  /** How long it listens already; 0 while it does not. On a machine that is slow now, as much less: see `slowness`. */
  upForMs(): number
  /** SIGKILL, also while it is starting; started again `forMs` later. False when there is no process. */
  kill(forMs: number): Promise<boolean>
  /** SIGSTOP, and SIGCONT `forMs` later. False when it was not there. */
  freeze(forMs: number): Promise<boolean>
  /** Ends it in order and keeps it no longer; its exit code. */
  end(): Promise<number | NodeJS.Signals | null>
}

const restMs = 500
/** So long does a start take on a machine that has nothing else to do, in milliseconds. */
const usualStartMs = 2_000
const slownessAtMost = 8

export function keptProgram(program: ServiceProgram, tell: (event: LifeEvent) => void): KeptProgram {
  let isWanted = false
  let upSince: number | undefined
  let restartInMs: number | undefined
  let keeping = Promise.resolve()
  let slowness = 1

  const bringUp = async () => {
    const beganAt = performance.now()
    await program.start()
    slowness = Math.min(slownessAtMost, Math.max(1, (performance.now() - beganAt) / usualStartMs))
    upSince = performance.now()
    tell({ what: 'started', pid: program.pid() })
  }
  const keep = async () => {
    while (isWanted) {
      const code = await program.ended()
      upSince = undefined
      if (!isWanted) return
      if (restartInMs === undefined && code !== null) tell({ what: 'ended by itself', code: String(code) })
      await scheduler.wait(restartInMs ?? restMs).finally(() => (restartInMs = undefined))
      if (!isWanted) return
      await bringUp().catch(async (error: unknown) => {
        if (restartInMs === undefined) tell({ what: 'did not start', because: String(error).slice(0, 2_000) })
        await program.kill()
      })
    }
  }
  const endBy = async <T>(end: () => Promise<T>) => {
    isWanted = false
    const code = await end()
    await keeping
    return code
  }
  return {
    name: program.name,
    program,
    async start() {
      await bringUp()
      isWanted = true
      keeping = keep()
    },
    upForMs: () => (upSince === undefined ? 0 : (performance.now() - upSince) / slowness),
    async kill(forMs) {
      const pid = program.pid()
      if (pid === undefined) return false
      restartInMs = forMs
      upSince = undefined
      await program.kill()
      tell({ what: 'killed', pid })
      return true
    },
    async freeze(forMs) {
      const pid = program.pid()
      return upSince !== undefined && pid !== undefined && freezeProcess(pid, forMs)
    },
    end: () => endBy(program.end),
    [Symbol.asyncDispose]: () => endBy(program.kill),
  }
}

/** By a shell that outlives us: nothing stays stopped should we be ended meanwhile. Resolves when it goes on. */
async function freezeProcess(pid: number, forMs: number): Promise<true> {
  const command = `kill -STOP ${pid}; sleep ${forMs / 1000}; kill -CONT ${pid}`
  const shell = spawn('sh', ['-c', command], { detached: true, stdio: 'ignore' })
  await once(shell, 'exit')
  return true
}
