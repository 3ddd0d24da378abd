import { aborted, openHttpServer, openLog, openMetrics, runMain, systemClock } from '@narwhal/host'
import { forgeHostOf } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { readAgentConfig } from './config.ts'
import { openAgentInbox, startAgent } from './service.ts'
import { sweepOptions } from './sweep/sweep-options.ts'

await runMain(async ({ env, signal }) => {
  const { queue: queueUrl, data, logLevel, webhookSecrets, githubApiUrl, inboxBytes, ...config } = readAgentConfig(env)
  const log = openLog({ service: 'agent', level: logLevel, pretty: process.stderr.isTTY })
  const metrics = openMetrics()
  const clock = systemClock

  await using opened = new AsyncDisposableStack()
  const inbox = opened.use(await openAgentInbox(data, { limitBytes: inboxBytes, clock }))
  const queue = opened.use(
    await openQueue(queueUrl, { clock, onEvent: (event) => log.info({ event }, `queue: ${event.type}`) }),
  )
  const { host, port, apiToken } = config
  const sweep = sweepOptions({ ...config, githubApiUrl }, log)
  const server = openHttpServer({ host, port, log, metrics, ...(apiToken === undefined ? {} : { apiToken }) })
  const forgeHost = forgeHostOf(githubApiUrl)
  opened.use(await startAgent({ server, queue, inbox, clock, log, metrics, webhookSecrets, forgeHost, sweep }))
  opened.use(server) // the port is closed first: no delivery comes to an agent that is ending
  log.info(`agent: POST webhooks to ${await server.listen()}/webhooks/github`)

  await aborted(signal)
  return 0
})
