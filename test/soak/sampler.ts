import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readUsage } from '../bench/read-usage.ts'
import type { Loaded } from './open-load.ts'
import type { Point, Series } from './series.ts'

/** Looks at what the processes hold. */
export interface Sampler {
  sample(): Promise<void>
  count(): number
  series(): readonly Series[]
}

const mebibyte = 1024 ** 2
const depth = /^(narwhal_(?:inbox_messages|outbox_reports|jobs|runner_held)(?:\{[^}]*\})?) (\S+)$/gm

/** What one look at it has found. */
interface Sample {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly values: ReadonlyMap<string, number>
}

type Kind = Pick<Series, 'unit' | 'slack'>

export function openSampler({ programs, data }: Pick<Loaded, 'programs' | 'data'>): Sampler {
  const beganAt = performance.now()
  const samples: Sample[] = []
  const kinds = new Map<string, Kind>()
  return {
    count: () => samples.length,
    async sample() {
      const values = new Map<string, number>()
      const add = (name: string, value: number, kind: Kind) => {
        values.set(name, value)
        kinds.set(name, kind)
      }
      for (const { name, pid, url } of programs) {
        const [{ rssBytes }, descriptors] = await Promise.all([readUsage(pid), readdir(`/proc/${pid}/fd`)])
        add(`${name}: memory`, rssBytes, { unit: 'bytes', slack: 16 * mebibyte })
        add(`${name}: descriptors`, descriptors.length, { unit: '', slack: 10 })
        const metrics = await (await fetch(`${url}/metrics`)).text()
        for (const [, metric, value] of metrics.matchAll(depth))
          add(`${name}: ${metric}`, Number(value), { unit: '', slack: 50 })
      }
      for (const { path, bytes } of await walsBelow(data)) add(path, bytes, { unit: 'bytes', slack: 8 * mebibyte })
      samples.push({ at: performance.now() - beganAt, values })
    },
    series: () => [...kinds].map(([name, kind]) => ({ name, ...kind, points: pointsOf(name, samples) })),
  }
}

/** What a look has not found is not there: a metric of nothing, a file that is not made yet. */
function pointsOf(name: string, samples: readonly Sample[]): readonly Point[] {
  return samples.map(({ at, values }) => ({ at, value: values.get(name) ?? 0 }))
}

/** In the directories and those right below them. */
async function walsBelow(directories: readonly string[]) {
  const found = directories.map(async (directory) => {
    const entries = await readdir(directory, { withFileTypes: true })
    const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    return (await Promise.all(['.', ...below].map((name) => walsIn(directory, name)))).flat()
  })
  return (await Promise.all(found)).flat()
}

async function walsIn(root: string, directory: string) {
  const names = await readdir(join(root, directory))
  const paths = names.filter((name) => name.endsWith('-wal')).map((name) => join(directory, name))
  return Promise.all(paths.map(async (path) => ({ path, bytes: (await stat(join(root, path))).size })))
}
