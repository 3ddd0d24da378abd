import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runMain } from '@narwhal/host'
import { alignedTable } from '../bench/table.ts'
import { runSoak, type SoakResult } from './run-soak.ts'
import type { Trend } from './series.ts'

// `pnpm soak` builds as fast as it goes for a while, with steps that are only interpreted, and says whether memory,
// descriptors, write-ahead logs and queues stay as they are.
//
//   --minutes 15              how long
//   --mode embedded|cluster   `narwhal up`, or two dispatchers and runners on RabbitMQ and PostgreSQL
//   --json FILE               the same for programs

await runMain(async ({ argv, signal }) => {
  const { values } = parseArgs({
    args: [...argv].filter((one) => one !== '--'),
    options: {
      minutes: { type: 'string', default: '15' },
      mode: { type: 'string', default: 'embedded' },
      json: { type: 'string' },
    },
  })
  const mode = values.mode === 'cluster' ? 'cluster' : 'embedded'
  const result = await runSoak({ mode, minutes: Number(values.minutes), progress: progressTo(process.stderr), signal })
  process.stdout.write(`\n${textOf(result)}\n`)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, undefined, 2)}\n`)
  return result.fault === undefined && result.trends.every(({ isFlat }) => isFlat) ? 0 : 1
})

/** One line that changes; where that cannot be, a line now and then. */
function progressTo(output: typeof process.stderr): (line: string) => void {
  let shown = 0
  return (line) => {
    if (output.isTTY) output.write(`\r\u001B[2K${line}`)
    else if (shown++ % 20 === 0) output.write(`${line}\n`)
  }
}

function textOf({ mode, minutes, builds, samples, trends, fault }: SoakResult): string {
  const head = ['', 'first third', 'last third', 'change in an hour', 'flat']
  const rows = trends.map((trend) => [
    trend.name,
    shown(trend.first, trend),
    shown(trend.last, trend),
    `${shown(trend.slopePerHour, trend)} ± ${shown(trend.bandPerHour, trend)}`,
    trend.isFlat ? 'yes' : 'NO',
  ])
  return [
    alignedTable([head, ...rows]),
    '',
    `${mode}: ${builds} builds in ${minutes} min, ${(builds / minutes / 60).toFixed(1)} a second; ${samples} samples.`,
    'Flat: without the first fifth of the time, the median of the last third is at most a tenth above that of the first',
    'third, or 16 MiB of memory, 10 descriptors, 8 MiB of a write-ahead log, 50 of whatever waits; and the line grows by',
    'no more than a sixteenth and as much in a quarter of an hour. The heaps of V8 are limited to 160 MiB.',
    ...(fault === undefined ? [] : ['', `Ended early: ${fault}`]),
  ].join('\n')
}

function shown(value: number, { unit }: Pick<Trend, 'unit'>): string {
  return unit === 'bytes' ? `${(value / 1024 ** 2).toFixed(1)} MiB` : value.toFixed(0)
}
