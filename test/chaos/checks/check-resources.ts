import { readdir, readlink, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { readUsage } from '../../bench/read-usage.ts'
import type { Rig } from '../rig/rig.ts'
import { type Finding, findingOf } from './finding.ts'

// "Back to the baseline" is: not more than this above what the same service had just after it was started first. It had no
// connection then that is kept for later, and no git that waits for more; what grows for ever is for `pnpm soak` to see.
const descriptorsAbove = 64
const bytesAbove = 150 * 1024 ** 2
const walBytesAtMost = 32 * 1024 ** 2
/** V8 gives back the memory of garbage about ten seconds after it was collected. */
const givenBackWithinMs = 30_000

interface Held {
  readonly descriptors: number
  /** How many of each kind, the most first. */
  readonly kinds: string
  readonly rssBytes: number
}

/** What each process holds, by the name of its service. */
export type Baseline = ReadonlyMap<string, Held>

export async function readBaseline({ programs }: Rig): Promise<Baseline> {
  const held = programs.map(async ({ name, program }) => [name, await heldBy(program.pid() ?? 0)] as const)
  return new Map(await Promise.all(held))
}

/** I20: descriptors, memory and write-ahead logs are what they were at the start, or nearly; garbage does not count. */
export async function checkResources(rig: Rig, baseline: Baseline): Promise<readonly Finding[]> {
  const now = [...(await readCollected(rig, baseline))]
  const wals = await walsBelow(rig.root)
  return [
    findingOf(
      'I20',
      `descriptors are at most ${descriptorsAbove} above the start`,
      now,
      ([name, { descriptors, kinds }]) => {
        const before = baseline.get(name)?.descriptors ?? 0
        return descriptors <= before + descriptorsAbove
          ? undefined
          : { what: `${name}: ${descriptors} descriptors, ${before} at its start; now ${kinds}`, about: [name] }
      },
    ),
    findingOf('I20', 'memory without garbage is at most 150 MiB above the start', now, ([name, { rssBytes }]) => {
      const before = baseline.get(name)?.rssBytes
      return rssBytes <= bytesAllowed(name, baseline)
        ? undefined
        : { what: `${name}: ${rssBytes} bytes, ${before} at its start`, about: [name] }
    }),
    findingOf('I20', 'write-ahead logs are small', wals, ({ path, bytes }) =>
      bytes <= walBytesAtMost ? undefined : { what: `${path}: ${bytes} bytes`, about: [path] },
    ),
  ]
}

/** What each process holds once it has given back what it can, or after half a minute. */
async function readCollected(rig: Rig, baseline: Baseline): Promise<Baseline> {
  for (const { program } of rig.programs) program.collectGarbage()
  for (const deadline = performance.now() + givenBackWithinMs; ; ) {
    const now = await readBaseline(rig)
    const isBack = [...now].every(([name, { rssBytes }]) => rssBytes <= bytesAllowed(name, baseline))
    if (isBack || performance.now() > deadline) return now
    await scheduler.wait(1_000)
  }
}

function bytesAllowed(name: string, baseline: Baseline): number {
  return (baseline.get(name)?.rssBytes ?? 0) + bytesAbove
}

async function heldBy(pid: number): Promise<Held> {
  const [targets, { rssBytes }] = await Promise.all([openOf(pid), readUsage(pid)])
  const byKind = [...Map.groupBy(targets, kindOf)].map(([kind, of]) => ({ kind, count: of.length }))
  const kinds = byKind.toSorted((one, other) => other.count - one.count).map(({ kind, count }) => `${count} ${kind}`)
  return { descriptors: targets.length, kinds: kinds.join(', '), rssBytes }
}

/** What the descriptors of a process lead to. One that was closed meanwhile is left out. */
async function openOf(pid: number): Promise<readonly string[]> {
  const links = (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => []))
  return (await Promise.all(links)).flat()
}

/** Such as `socket` or `dispatcher.db`. */
function kindOf(target: string): string {
  return target.startsWith('/') ? basename(target) : (target.split(':')[0] ?? target)
}

async function walsBelow(root: string): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('-wal'))
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(join(root, path))).size })))
}
