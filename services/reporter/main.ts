import { aborted, openHttpServer, openLog, openMetrics, runMain, systemClock } from '@narwhal/host'
import { openQueue } from '@narwhal/queue'
import { readReporterConfig } from './config.ts'
import { openReporterOutbox, startReporter } from './service.ts'

await runMain(async ({ env, signal }) => {
  const config = readReporterConfig(env)
  const { host, port, apiToken, results, publicUrl, githubToken: token, githubApiUrl: apiUrl } = config
  const log = openLog({ service: 'reporter', level: config.logLevel, pretty: process.stderr.isTTY })
  const metrics = openMetrics()
  const clock = systemClock

  await using opened = new AsyncDisposableStack()
  const outbox = opened.use(await openReporterOutbox(config.data))
  const queue = opened.use(
    await openQueue(config.queue, { clock, onEvent: (event) => log.info({ event }, `queue: ${event.type}`) }),
  )
  const access = apiToken === undefined ? {} : { apiToken }
  const server = opened.use(openHttpServer({ host, port, log, metrics, ...access }))
  const github = token === undefined ? {} : { github: { token, apiUrl } }
  opened.use(await startReporter({ server, queue, outbox, results, ...github, publicUrl, clock, log, metrics }))
  log.info(`reporter: result files in ${results}, ${token === undefined ? 'no' : 'and'} commit statuses`)
  log.info(`reporter: /readyz and /metrics at ${await server.listen()}`)

  await aborted(signal)
  return 0
})
