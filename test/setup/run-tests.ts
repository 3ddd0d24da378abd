import { runMain, systemClock } from '@narwhal/host'
import type { SetupContext } from '@narwhal/cli/setup'
import { openTestEngine } from './open-test-engine.ts'
import { provideTestPackages } from './provide-test-packages.ts'
import { type Check, type CheckEnd, runCheck, seconds } from './run-check.ts'
import { startPostgres } from './start-postgres.ts'
import { startRabbitmq } from './start-rabbitmq.ts'

// What `npm test` runs: installs and starts what the tests need, checks everything, ends what it started.
// Arguments go to vitest: `npm test -- libs/queue`.

const checks: readonly Check[] = [
  { name: 'Format', command: ['biome', 'format'] },
  { name: 'Types', command: ['tsc', '--noEmit'] },
  { name: 'Lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'Unused', command: ['knip'] },
]

await runMain(async ({ env, argv, signal }) => {
  const context: SetupContext = { print, env, clock: systemClock, signal }
  const startedAt = systemClock.monotonic()
  try {
    const ends = await runAll(argv, context)
    print('')
    for (const { name, hasPassed, tookMs } of ends)
      print(`${hasPassed ? 'passed' : 'FAILED'}  ${name}, ${seconds(tookMs)}`)
    print(`All together: ${seconds(systemClock.monotonic() - startedAt)}`)
    return ends.every(({ hasPassed }) => hasPassed) ? 0 : 1
  } catch (error) {
    if (!signal.aborted) throw error
    print('Ended before the end; what was started has been ended too.')
    return String(signal.reason).includes('SIGINT') ? 130 : 143
  }
})

async function runAll(vitestArgs: readonly string[], context: SetupContext): Promise<readonly CheckEnd[]> {
  await provideTestPackages(context)
  const ends: CheckEnd[] = []
  for (const check of checks) ends.push(await runCheck(check, context))

  await using started = new AsyncDisposableStack()
  started.use(await openTestEngine(context))
  const amqpUrl = await openTestBroker(started, context)
  const postgresUrl = await openTestPostgres(started, context)
  const tests: Check = { name: 'Tests', command: ['vitest', 'run', '--project', '!rigs', ...vitestArgs], isLive: true }
  const env = { ...context.env, NARWHAL_TEST_AMQP_URL: amqpUrl, NARWHAL_TEST_POSTGRES_URL: postgresUrl }
  ends.push(await runCheck(tests, { ...context, env }))
  context.signal.throwIfAborted()
  return ends
}

/** The AMQP URL of NARWHAL_TEST_AMQP_URL, else of a RabbitMQ of our own. */
async function openTestBroker(started: AsyncDisposableStack, { print, env, signal }: SetupContext): Promise<string> {
  const given = env.NARWHAL_TEST_AMQP_URL
  if (given) {
    print('RabbitMQ: the one of NARWHAL_TEST_AMQP_URL.')
    return given
  }
  const rabbitmq = started.use(await startRabbitmq({ signal }))
  print('RabbitMQ: started on loopback.')
  return rabbitmq.url
}

/** The URL of NARWHAL_TEST_POSTGRES_URL, whose user may make databases; else of a PostgreSQL of our own. */
async function openTestPostgres(started: AsyncDisposableStack, { print, env, signal }: SetupContext): Promise<string> {
  const given = env.NARWHAL_TEST_POSTGRES_URL
  if (given) {
    print('PostgreSQL: the one of NARWHAL_TEST_POSTGRES_URL.')
    return given
  }
  const postgres = started.use(await startPostgres({ signal }))
  print('PostgreSQL: started on loopback.')
  return postgres.url
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
