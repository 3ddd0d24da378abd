import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Nursery } from './open-nursery.ts'
import type { PlantedBug } from './read-bugs.ts'
import type { Rig } from './rigs.ts'

/** How a bug was found, or that nobody did. */
export interface Catch {
  readonly bug: PlantedBug
  /** Absent: every rig let it through. */
  readonly rig?: string
  readonly tookMs: number
  /** What the rig said, its last lines. */
  readonly said: string
}

export interface CatchOptions {
  readonly rigs: readonly Rig[]
  readonly signal: AbortSignal
}

/** Asks one rig after the other about the bug that is planted, until one fails. */
export async function catchBug(bug: PlantedBug, nursery: Nursery, { rigs, signal }: CatchOptions): Promise<Catch> {
  const startedAt = performance.now()
  let said = ''
  for (const rig of rigs) {
    const rigStartedAt = performance.now()
    const answer = await ask(rig, bug, { path: nursery.path, signal })
    said = answer.said
    if (answer.hasFailed) return { bug, rig: rig.name, tookMs: performance.now() - rigStartedAt, said }
  }
  return { bug, tookMs: performance.now() - startedAt, said }
}

async function ask(
  rig: Rig,
  bug: PlantedBug,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
) {
  signal.throwIfAborted()
  const child = spawn(join(path, 'node_modules/.bin/pnpm'), [...rig.command(bug)], {
    cwd: path,
    detached: true, // a group of its own: whatever it started ends with it
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let hasNamed = false // one that only ends with an error, as where nothing is installed, has found nothing
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (bytes) => {
      hasNamed ||= rig.naming.test(String(bytes))
      said = `${said}${bytes}`.slice(-8_000)
    })
  }
  const end = () => killGroup(child.pid)
  let isLate = false
  const limit = setTimeout(() => {
    isLate = true
    end()
  }, rig.limitMs)
  signal.addEventListener('abort', end, { once: true })
  const [code] = await once(child, 'close')
  signal.removeEventListener('abort', end)
  clearTimeout(limit)
  end()
  signal.throwIfAborted()
  return { hasFailed: code !== 0 && !isLate && hasNamed, said }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}
