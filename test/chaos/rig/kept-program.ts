import { spawn } from 'node:child_process'
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
  /** SIGKILL; started again `forMs` later. False when it was not there to be killed. */
  kill(forMs: number): Promise<boolean>
  /** SIGSTOP, and SIGCONT `forMs` later. False when it was not there. */
  freeze(forMs: number): Promise<boolean>
  /** Ends it in order and keeps it no longer; its exit code. */
  end(): Promise<number | NodeJS.Signals | null>
}

const restMs = 500

export function keptProgram(program: ServiceProgram, tell: (event: LifeEvent) => void): KeptProgram {
  let isWanted = false
  let isUp = false
  let restartInMs: number | undefined
  let keeping = Promise.resolve()

  const bringUp = async () => {
    await program.start()
    isUp = true
    tell({ what: 'started', pid: program.pid() })
  }
  const keep = async () => {
    while (isWanted) {
      const code = isUp ? await program.ended() : null
      const wasUp = isUp
      isUp = false
      if (!isWanted) return
      if (wasUp && restartInMs === undefined) tell({ what: 'ended by itself', code: String(code) })
      await scheduler.wait(restartInMs ?? restMs)
      restartInMs = undefined
      if (isWanted)
        await bringUp().catch(async (error: unknown) => {
          tell({ what: 'did not start', because: String(error).slice(0, 2_000) })
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
    async kill(forMs) {
      if (!isUp) return false
      const pid = program.pid()
      restartInMs = forMs
      isUp = false
      await program.kill()
      tell({ what: 'killed', pid })
      return true
    },
    async freeze(forMs) {
      const pid = program.pid()
      if (!isUp || pid === undefined) return false
      await runAway(`kill -STOP ${pid}; sleep ${forMs / 1000}; kill -CONT ${pid}`)
      return true
    },
    end: () => endBy(program.end),
    [Symbol.asyncDispose]: () => endBy(program.kill),
  }
}

/** In a shell that outlives us: nothing stays stopped should we be ended meanwhile. Resolves when the shell has ended. */
async function runAway(command: string): Promise<void> {
  const shell = spawn('sh', ['-c', command], { detached: true, stdio: 'ignore' })
  await new Promise((resolve) => shell.once('exit', resolve))
}
