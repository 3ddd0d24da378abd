import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Environment } from '@narwhal/host'

export interface CommandOptions {
  readonly env: Environment
  readonly cwd?: string
  /** Sends SIGTERM to the command; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** In a process group of its own, out of the reach of the terminal's Ctrl-C. */
  readonly detached?: boolean
}

export interface CommandEnd {
  /** 127 when the program is not there, 128 when a signal ended it. */
  readonly code: number
  /** What it wrote on stdout and stderr, in order. */
  readonly output: string
}

/** Runs a program to its end. A code other than 0 is an answer here, not an error. */
export async function runCommand(
  command: readonly [string, ...string[]],
  options: CommandOptions,
): Promise<CommandEnd> {
  const { env, cwd, signal, detached = false } = options
  signal?.throwIfAborted()
  const [program, ...args] = command
  const child = spawn(program, args, { env: systemEnvironment(env), cwd, detached, stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = () => child.kill()
  signal?.addEventListener('abort', stop, { once: true })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))

  try {
    const [code] = await once(child, 'close')
    return { code: typeof code === 'number' ? code : 128, output }
  } catch (error) {
    return { code: 127, output: error instanceof Error ? error.message : String(error) } // it never started
  } finally {
    signal?.removeEventListener('abort', stop)
    signal?.throwIfAborted()
  }
}

/** `env` with messages in English, no questions from packages, and the folders of system programs on PATH. */
export function systemEnvironment(env: Environment): Environment {
  const path = [env.PATH, ...systemFolders].filter((folder) => folder !== undefined && folder !== '')
  return { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive', PATH: path.join(':') }
}

/** Some shells of root leave these out of PATH. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']
