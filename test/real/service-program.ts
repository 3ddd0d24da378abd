import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'

const services = fileURLToPath(new URL('../../services', import.meta.url))
const endWithTests = fileURLToPath(new URL('./end-with-tests.ts', import.meta.url))
const startsWithinMs = 60_000

export interface ServiceOptions {
  /** What the test calls it, such as `runner-1`. */
  readonly name: string
  readonly service: 'agent' | 'dispatcher' | 'runner' | 'reporter'
  readonly port: number
  /** NARWHAL_… without the prefix. */
  readonly settings: Readonly<Record<string, string>>
  /** Where its log is kept, over all its lives. */
  readonly logs: string
}

/** One service as an OS process of its own, which may end and begin again with the same data. */
export interface ServiceProgram extends AsyncDisposable {
  readonly name: string
  readonly url: string
  /** Starts it and resolves once it listens. */
  start(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** SIGTERM; its exit code, or the signal that ended it. */
  end(): Promise<number | NodeJS.Signals | null>
  /** Whether /readyz says so. */
  isReady(): Promise<boolean>
  residentBytes(): Promise<number>
  logTail(lines: number): Promise<string>
}

/** A service that is not started yet. Disposing kills it. */
export function serviceProgram({ name, service, port, settings, logs }: ServiceOptions): ServiceProgram {
  const url = `http://127.0.0.1:${port}`
  const logPath = join(logs, `${name}.log`)
  const env = environmentOf({ ...settings, PORT: String(port) })
  let child: ChildProcess | undefined

  const endBy = async (signal: NodeJS.Signals) => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null
    const exited = once(ending, 'exit')
    ending.kill(signal)
    await exited
    return ending.exitCode ?? ending.signalCode
  }
  const logTail = async (lines: number) =>
    (await readFile(logPath, 'utf8').catch(() => '')).split('\n').slice(-lines).join('\n')
  const kill = async () => void (await endBy('SIGKILL'))
  return {
    name,
    url,
    async start() {
      const output = openSync(logPath, 'a')
      const argv = ['--import', endWithTests, join(services, service, 'main.ts')]
      child = spawn(process.execPath, argv, { env, stdio: ['pipe', output, output] })
      closeSync(output)
      await vi
        .waitFor(() => expectListening(url, child), { timeout: startsWithinMs, interval: 20 })
        .catch(async (cause) => expect.fail(`${name} does not listen (${cause}):\n${await logTail(20)}`))
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
    logTail,
    [Symbol.asyncDispose]: kill,
  }
}

/** Nothing of this process's own settings gets through but what finds programs and the engine. */
function environmentOf(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH, DOCKER_HOST } = process.env
  const ours = Object.entries(settings).map(([name, value]) => [`NARWHAL_${name}`, value] as const)
  return { PATH, ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }), ...Object.fromEntries(ours) }
}

async function expectListening(url: string, child: ChildProcess | undefined): Promise<void> {
  expect(child?.exitCode, 'the exit code of a service that has to run').toBeNull()
  const { status } = await fetch(`${url}/healthz`)
  expect(status).toBe(200)
}
