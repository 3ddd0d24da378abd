import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { problem } from '@narwhal/protocol'
import { until } from '../setup/until.ts'

const services = fileURLToPath(new URL('../../services', import.meta.url))
const endWithTests = fileURLToPath(new URL('./end-with-tests.ts', import.meta.url))
const collectGarbage = fileURLToPath(new URL('./collect-garbage.ts', import.meta.url))
/** Services start in two thirds of the time when their code was compiled before. */
const compiled = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))
const startsWithinMs = 180_000

export interface ServiceOptions {
  /** What the test calls it, such as `runner-1`. */
  readonly name: string
  /** `narwhal` is all of them in one process: `narwhal up`. */
  readonly service: 'agent' | 'dispatcher' | 'runner' | 'reporter' | 'narwhal'
  readonly port: number
  /** NARWHAL_… without the prefix. */
  readonly settings: Readonly<Record<string, string>>
  /** Where its log is kept, over all its lives. */
  readonly logs: string
  /** Arguments of node before the script. */
  readonly nodeArgs?: readonly string[]
}

/** One service as an OS process of its own, which may end and begin again with the same data. */
export interface ServiceProgram extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** Of the process that runs now. */
  pid(): number | undefined
  /** Resolves when the process that runs now has ended, however that came: its exit code or the signal. */
  ended(): Promise<number | NodeJS.Signals | null>
  /** Starts it, with these settings beside its own, and resolves once it listens. */
  start(also?: Readonly<Record<string, string>>): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM; its exit code, or the signal that ended it. */
  end(): Promise<number | NodeJS.Signals | null>
  /** Whether /readyz says so. */
  isReady(): Promise<boolean>
  residentBytes(): Promise<number>
  /** Has it give back the memory that nothing needs any more; soon after. */
  collectGarbage(): void
  logTail(lines: number): Promise<string>
}

/** A service that is not started yet. Disposing kills it. */
export function serviceProgram({ name, service, port, settings, logs, nodeArgs = [] }: ServiceOptions): ServiceProgram {
  const url = `http://127.0.0.1:${port}`
  const logPath = join(logs, `${name}.log`)
  let child: ChildProcess | undefined

  const endBy = async (signal: NodeJS.Signals) => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null
    const exited = endOf(ending)
    ending.kill(signal)
    return exited
  }
  const logTail = async (lines: number) =>
    (await readFile(logPath, 'utf8').catch(() => '')).split('\n').slice(-lines).join('\n')
  const kill = async () => void (await endBy('SIGKILL'))
  return {
    name,
    url,
    pid: () => child?.pid,
    ended: async () => (child === undefined ? null : endOf(child)),
    async start(also = {}) {
      const env = environmentOf({ ...settings, PORT: String(port), ...also })
      const output = openSync(logPath, 'a')
      const argv = [
        ...nodeArgs,
        '--import',
        endWithTests,
        '--import',
        collectGarbage,
        join(services, service, 'main.ts'),
        ...(service === 'narwhal' ? ['up'] : []),
      ]
      child = spawn(process.execPath, argv, { env, stdio: ['pipe', output, output] })
      closeSync(output)
      const starting = child
      await untilListening(url, starting).catch(async (cause: unknown) => {
        throw problem('INTERNAL', `${name} does not listen (${String(cause)}):\n${await logTail(20)}`, { cause })
      })
    },
    kill,
    end: () => endBy('SIGTERM'),
    isReady: () =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    async residentBytes() {
      const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${child?.pid}/status`, 'utf8'))?.[1]
      return Number(kibibytes) * 1024
    },
    collectGarbage: () => void child?.kill('SIGUSR2'),
    logTail,
    [Symbol.asyncDispose]: kill,
  }
}

/** Nothing of this process's own settings gets through but what finds programs and the engine. */
function environmentOf(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, DOCKER_HOST } = process.env
  const ours = Object.entries(settings).map(([name, value]) => [`NARWHAL_${name}`, value] as const)
  return {
    PATH,
    NODE_COMPILE_CACHE: compiled,
    ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }),
    ...Object.fromEntries(ours),
  }
}

/** @throws what is wrong with it still; at once when it has ended */
async function untilListening(url: string, child: ChildProcess): Promise<void> {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const look = async () => {
    const { status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) })
    if (status !== 200) throw problem('INTERNAL', `${url}/healthz answers ${status}`)
  }
  await until(() => (hasEnded() ? undefined : look()), { timeoutMs: startsWithinMs, intervalMs: 20 })
  if (hasEnded()) throw problem('INTERNAL', `it has ended: ${String(child.exitCode ?? child.signalCode)}`)
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode ?? child.signalCode
}
