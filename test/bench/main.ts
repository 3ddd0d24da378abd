import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeError, runMain } from '@narwhal/host'
import { fsyncLatency } from './fsync-latency.ts'
import type { BenchContext, Measure, Measured } from './measure.ts'
import { dispatchLatency } from './measure-dispatch.ts'
import { idle } from './measure-idle.ts'
import { oneStepJob } from './measure-one-step.ts'
import { tenSteps } from './measure-ten-steps.ts'
import { clusterPath, wholePath } from './measure-whole-path.ts'
import { type BenchRun, writePerformancePage } from './performance-page.ts'
import { judgeRow } from './row.ts'
import { alignedTable, cellsOf } from './table.ts'

// `pnpm bench` measures everything once and prints a table; the same as JSON goes to bench-results.json.
//
//   --json         the JSON goes to stdout instead
//   --write-docs   puts the table into docs/performance.md, if all of it could be measured
//   --only P1,P7   some measures only
//   --quick        few samples: shows that the benchmark works, gives no figures

const measures: Readonly<Record<string, Measure>> = {
  P1: oneStepJob,
  P4: tenSteps,
  P6: wholePath,
  P7: dispatchLatency,
  P12: idle,
  P13: clusterPath,
}
const resultsPath = fileURLToPath(new URL('../../bench-results.json', import.meta.url))

await runMain(async ({ argv }) => {
  const { values } = parseArgs({
    args: [...argv].filter((one) => one !== '--'),
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const wanted = values.only?.toUpperCase().split(',')
  const print = (line: string) => void process.stderr.write(`${line}\n`)
  const run = await runAll((id) => wanted?.includes(id) ?? true, { quick: values.quick, print })

  if (values.json) process.stdout.write(`${JSON.stringify(run, null, 2)}\n`)
  else {
    await writeFile(resultsPath, `${JSON.stringify(run, null, 2)}\n`)
    process.stdout.write(`\n${textOf(run)}\n\nAs JSON: ${resultsPath}\n`)
  }
  for (const fault of run.faults) print(fault)
  if (values['write-docs'] && wanted === undefined && run.faults.length === 0) await writePerformancePage(run)
  return run.faults.length === 0 ? 0 : 1
})

async function runAll(isWanted: (id: string) => boolean, context: BenchContext): Promise<BenchRun> {
  const disk = await fsyncLatency()
  const ended: Measured[] = []
  const faults: string[] = []
  for (const [id, measure] of Object.entries(measures)) {
    if (!isWanted(id)) continue
    context.print(measure.title)
    try {
      ended.push(await measure.run(context))
    } catch (error) {
      faults.push(`${id} was not measured. ${describeError(error)}`) // what the others found is worth keeping
    }
  }
  return {
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
      ...disk,
    },
    rows: ended.flatMap(({ rows }) => rows).map(judgeRow),
    notes: ended.flatMap(({ notes = [] }) => notes),
    faults,
  }
}

function textOf({ machine, rows, notes }: BenchRun): string {
  const { cpu, cores, p50Ms, p99Ms } = machine
  const about = `${cores} × ${cpu}, Node ${machine.node}; 4 KiB made durable in ${p50Ms.toFixed(2)} ms (p99 ${p99Ms.toFixed(2)})`
  return [about, '', alignedTable(cellsOf(rows)), '', ...notes].join('\n')
}
