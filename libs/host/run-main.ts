import { isProblem, problemOf } from '@narwhal/protocol'
import type { Environment } from './config.ts'
import { armFailpoints } from './failpoints.ts'

/** How long a service may take to end after SIGTERM before it is ended hard, in milliseconds. */
const stopLimitMs = 35_000

/** EX_IOERR of sysexits.h. */
const diskBrokenCode = 74

/** What the operating system gives to a process. */
export interface MainContext {
  readonly env: Environment
  readonly argv: readonly string[]
  /** Aborts at SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
}

/** The outermost function of every `main.ts`: runs until the work ends or a signal comes, shows problems as text, sets the exit code. */
export async function runMain(main: (context: MainContext) => Promise<number | undefined>): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      stop.abort(new DOMException(name, 'AbortError'))
      setTimeout(() => process.exit(1), stopLimitMs).unref()
    })
  }
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${describeError(error)}\n`)
    process.exit(isProblem(error, 'DISK_BROKEN') ? diskBrokenCode : 1) // at once: nothing in here can be trusted any more
  })
  try {
    using _armed = armFailpoints(process.env)
    process.exitCode = (await main({ env: process.env, argv: process.argv.slice(2), signal: stop.signal })) ?? 0
  } catch (error) {
    if (stop.signal.aborted && error === stop.signal.reason) return
    process.stderr.write(`${describeError(error)}\n`)
    process.exitCode = 1
  }
}

/** Resolves when `signal` aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** An error as people read it in a terminal: what, what to do, the code and its page. */
export function describeError(error: unknown): string {
  const { code, title, detail, type } = problemOf(error)
  const trace = code === 'INTERNAL' && error instanceof Error ? `\n${error.stack}` : ''
  return `${title}:\n${detail}\n${code} — ${type}${trace}`
}
