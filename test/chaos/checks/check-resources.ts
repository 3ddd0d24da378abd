import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readUsage } from '../../bench/read-usage.ts'
import type { Rig } from '../rig/rig.ts'
import { type Finding, findingOf } from './finding.ts'

// "Back to the baseline" is: not more than this above what the same service had just after it was started first. It had no
// connection then that is kept for later, and no git that waits for more; what grows for ever is for `pnpm soak` to see.
const descriptorsAbove = 64
const bytesAbove = 150 * 1024 ** 2
const walBytesAtMost = 32 * 1024 ** 2

interface Held {
  readonly descriptors: number
  readonly rssBytes: number
}

/** What each process holds, by the name of its service. */
export type Baseline = ReadonlyMap<string, Held>

export async function readBaseline({ programs }: Rig): Promise<Baseline> {
  const held = programs.map(async ({ name, program }) => [name, await heldBy(program.pid() ?? 0)] as const)
  return new Map(await Promise.all(held))
}

/** I20: descriptors, memory and write-ahead logs are what they were at the start, or nearly. */
export async function checkResources(rig: Rig, baseline: Baseline): Promise<readonly Finding[]> {
  const now = [...(await readBaseline(rig))]
  const wals = await walsBelow(rig.root)
  return [
    findingOf('I20', `descriptors are at most ${descriptorsAbove} above the start`, now, ([name, { descriptors }]) => {
      const before = baseline.get(name)?.descriptors ?? 0
      return descriptors <= before + descriptorsAbove
        ? undefined
        : { what: `${name}: ${descriptors} descriptors, ${before} at its start`, about: [name] }
    }),
    findingOf('I20', 'memory is at most 150 MiB above the start', now, ([name, { rssBytes }]) => {
      const before = baseline.get(name)?.rssBytes ?? 0
      return rssBytes <= before + bytesAbove
        ? undefined
        : { what: `${name}: ${rssBytes} bytes, ${before} at its start`, about: [name] }
    }),
    findingOf('I20', 'write-ahead logs are small', wals, ({ path, bytes }) =>
      bytes <= walBytesAtMost ? undefined : { what: `${path}: ${bytes} bytes`, about: [path] },
    ),
  ]
}

async function heldBy(pid: number): Promise<Held> {
  const [descriptors, { rssBytes }] = await Promise.all([readdir(`/proc/${pid}/fd`), readUsage(pid)])
  return { descriptors: descriptors.length, rssBytes }
}

async function walsBelow(root: string): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const paths = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('-wal'))
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(join(root, path))).size })))
}
