import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { problem } from '@narwhal/protocol'
import type { JudgedRow } from './row.ts'
import { cellsOf, markdownTable } from './table.ts'

/** All that one run of the benchmark found. */
export interface BenchRun {
  /** ISO 8601. */
  readonly at: string
  readonly machine: BenchMachine
  readonly rows: readonly JudgedRow[]
  readonly notes: readonly string[]
  /** Measures that failed, and why. */
  readonly faults: readonly string[]
}

export interface BenchMachine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly node: string
  /** How long 4 KiB take to become durable. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url))
const between = /(<!-- bench:start -->\n)[\s\S]*(<!-- bench:end -->)/

/** Puts the table of a run into docs/performance.md, between its two marks. */
export async function writePerformancePage(run: BenchRun): Promise<void> {
  const text = await readFile(page, 'utf8')
  if (!between.test(text)) throw problem('INTERNAL', `${page} has lost the marks of the table`)
  await writeFile(
    page,
    text.replace(between, (_, start: string, end: string) => `${start}${sectionOf(run)}\n${end}`),
  )
}

function sectionOf({ at, machine, rows, notes }: BenchRun): string {
  const { cores, memoryBytes, node, p50Ms, p99Ms } = machine
  const memory = `${Math.round(memoryBytes / 1024 ** 3)} GiB`
  const disk = `4 KiB made durable in ${p50Ms.toFixed(2)} ms (p99 ${p99Ms.toFixed(2)} ms)`
  const about = `Measured on ${at.slice(0, 10)}: a virtual machine of ${cores} cores and ${memory}, Node ${node}, ${disk}.`
  return ['', about, '', markdownTable(cellsOf(rows)), '', '```', ...notes, '```', ''].join('\n')
}
