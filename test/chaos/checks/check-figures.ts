import type { Rig } from '../rig/rig.ts'
import { until } from '../../setup/until.ts'
import { type Finding, findingOf } from './finding.ts'

const withinMs = 30_000

/** Metrics that have to be nothing when all is quiet. */
const quiet = /^(narwhal_(?:jobs|inbox_messages|outbox_reports|runner_held|outbox_messages)(?:\{[^}]*\})?) (\S+)$/gm

/** I20, I22: when all is quiet the metrics say so. */
export async function checkFigures({ programs }: Rig): Promise<readonly Finding[]> {
  const read = async () => {
    const texts = await Promise.all(programs.map(async ({ program }) => (await fetch(`${program.url}/metrics`)).text()))
    return texts.flatMap((text) =>
      [...text.matchAll(quiet)].map(([, name = '', value]) => ({ name, value: Number(value) })),
    )
  }
  const isQuiet = async () => {
    const figures = await read()
    if (figures.some(({ value }) => value !== 0)) throw new RangeError('not quiet yet')
    return figures
  }
  const figures = await until(isQuiet, { timeoutMs: withinMs, intervalMs: 500 }).catch(read)
  return [
    findingOf('I22', 'metrics of what waits and runs are 0', figures, ({ name, value }) =>
      value === 0 ? undefined : { what: `${name} is ${value}`, about: [] },
    ),
  ]
}
