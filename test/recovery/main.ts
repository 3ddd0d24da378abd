import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runMain } from '@narwhal/host'
import { fsyncLatency } from '../bench/fsync-latency.ts'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'
import { brokerOutage } from './broker-outage.ts'
import { deadRunner } from './dead-runner.ts'
import type { Recovery } from './recovery.ts'
import { recoveryTable } from './recovery-table.ts'
import { restartedDispatcher } from './restarted-dispatcher.ts'
import { restartedRunner } from './restarted-runner.ts'
import { type Recovered, runRecovery } from './run-recovery.ts'
import { silentRunner } from './silent-runner.ts'
import { twentyCommits } from './twenty-commits.ts'

// `pnpm recovery` ends parts of Narwhal in all ways and prints how long it takes until all is well again: real processes,
// a RabbitMQ of its own, containers. The same as JSON goes to recovery-results.json.
//
//   --times N            runs of each; else 20, 10 of `twenty`, 1 of `e`
//   --only a,d           some of them only
//   --outage-seconds S   how long the broker is away in `e`; else 60
//   --rate N             webhooks per second meanwhile; else 200
//   --json               the JSON goes to stdout instead

const recoveries: readonly Recovery[] = [
  deadRunner,
  restartedRunner,
  silentRunner,
  restartedDispatcher,
  brokerOutage,
  twentyCommits,
]
const resultsPath = fileURLToPath(new URL('../../recovery-results.json', import.meta.url))

await runMain(async ({ argv, signal }) => {
  const { values } = parseArgs({
    args: [...argv].filter((one) => one !== '--'),
    options: {
      times: { type: 'string' },
      only: { type: 'string' },
      'outage-seconds': { type: 'string', default: '60' },
      rate: { type: 'string', default: '200' },
      json: { type: 'boolean', default: false },
    },
  })
  const only = values.only?.split(',')
  const print = (line: string) => void process.stderr.write(`${line}\n`)
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version }
  const disk = await fsyncLatency()
  await using broker = await startRabbitmq({ signal })
  const context = { broker, outageSeconds: Number(values['outage-seconds']), rate: Number(values.rate), print }
  const rows: Recovered[] = []
  for (const recovery of recoveries.filter(({ id }) => only?.includes(id) ?? true)) {
    signal.throwIfAborted()
    rows.push(await runRecovery(recovery, Number(values.times ?? recovery.times), context))
  }
  const load = loadavg().map((one) => Number(one.toFixed(1)))
  const results = { at: new Date().toISOString(), machine: { ...machine, ...disk, load }, rows }
  const json = `${JSON.stringify(results, null, 2)}\n`
  if (!values.json) await writeFile(resultsPath, json)
  process.stdout.write(values.json ? json : `\n${recoveryTable(results)}\n\nAs JSON: ${resultsPath}\n`)
  return rows.every(({ met }) => met) ? 0 : 1
})
