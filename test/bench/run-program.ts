import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { scheduler } from 'node:timers/promises'
import { problem } from '@narwhal/protocol'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Ends a program also when nobody is left to do it. */
const endsWithUs = `${root}test/real/end-with-tests.ts`
const readyWithinMs = 60_000

/** A program of ours in an OS process of its own. Disposing ends it with SIGTERM and waits. */
export interface Program extends AsyncDisposable {
  readonly pid: number
}

export interface ProgramOptions {
  /** Its settings; nothing else of our own environment reaches it but PATH. */
  readonly env: Readonly<Record<string, string>>
  /** Where it answers /readyz. */
  readonly url: string
  /** Arguments of node before the script; `--cpu-prof` for instance. */
  readonly nodeArgs?: readonly string[]
}

/** Starts `node SCRIPT ARGS…` and waits until it is ready. Its errors are shown. */
export async function runProgram([script, ...args]: readonly [string, ...string[]], options: ProgramOptions) {
  const env = { PATH: process.env['PATH'] ?? '', NARWHAL_LOG_LEVEL: 'error', NARWHAL_SETUP: '0', ...options.env }
  const argv = [...(options.nodeArgs ?? []), '--import', endsWithUs, `${root}${script}`, ...args]
  const child = spawn(process.execPath, argv, { env, stdio: ['pipe', 'ignore', 'inherit'] })
  const program: Program = { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) }
  await using undo = new AsyncDisposableStack()
  undo.use(program)
  await isReady(options.url, child)
  undo.move()
  return program
}

async function isReady(url: string, child: ChildProcess): Promise<void> {
  const giveUpAt = performance.now() + readyWithinMs
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    const over = child.exitCode !== null || performance.now() > giveUpAt
    if (over) throw problem('INTERNAL', `${child.spawnargs.join(' ')} did not get ready: ${await answer?.text()}`)
    await scheduler.wait(50)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
