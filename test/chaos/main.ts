import { writeFile } from 'node:fs/promises'
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runMain } from '@narwhal/host'
import { chaosPage } from './page/chaos-page.ts'
import { chaosTable } from './page/chaos-table.ts'
import { runChaos } from './run-chaos.ts'

// `pnpm chaos` breaks everything that can break while jobs run, and checks that nothing was lost.
//
//   --mode embedded|cluster   `narwhal up`, or every service by itself with RabbitMQ and PostgreSQL
//   --jobs 60 --kills 12      how much; 1,000 and 200 take about a quarter of an hour
//   --seed S                  the same plan again; the real world is another one each time
//   --json FILE               everything, for programs
//   --markdown FILE           the table, for a page
//   --keep                    the ledger and the logs stay, also when nothing was violated

await runMain(async ({ argv, signal }) => {
  const { values } = parseArgs({
    args: [...argv].filter((one) => one !== '--'),
    options: {
      mode: { type: 'string', default: 'embedded' },
      jobs: { type: 'string', default: '60' },
      kills: { type: 'string', default: '12' },
      seed: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  })
  const mode = values.mode === 'cluster' ? 'cluster' : 'embedded'
  const seed = Number(values.seed ?? randomInt(2 ** 32))
  const progress = progressLine()
  process.stdout.write(`seed ${seed}\n`)
  const sizes = { seed, jobs: Number(values.jobs), kills: Number(values.kills) }
  const result = await runChaos({ ...sizes, mode, keep: values.keep, progress, signal })
  process.stdout.write(`\n${chaosTable(result)}\n`)
  if (values.markdown !== undefined) await writeFile(values.markdown, chaosPage(result))
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, undefined, 2)}\n`)
  return result.isBroken ? 1 : 0
})

/** One line that is written over and over at a terminal; elsewhere a line now and then. */
function progressLine(): (line: string) => void {
  if (process.stdout.isTTY) return (line) => void process.stdout.write(`\r\u001B[2K${line}`)
  let count = 0
  return (line) => void (count++ % 10 === 0 && process.stdout.write(`${line}\n`))
}
