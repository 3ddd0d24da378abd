import { aborted, openHttpServer, openLog, openMetrics, runMain, systemClock } from '@narwhal/host'
import { openQueue } from '@narwhal/queue'
import { readAgentConfig } from './config.ts'
import { forgeHostOf, openAgentInbox, startAgent } from './service.ts'

await runMain(async ({ env, signal }) => {
  const { host, port, queue: queueUrl, data, logLevel, webhookSecrets, githubApiUrl, inboxBytes } = readAgentConfig(env)
  const log = openLog({ service: 'agent', level: logLevel, pretty: process.stderr.isTTY })
  const metrics = openMetrics()
  const clock = systemClock

  await using opened = new AsyncDisposableStack()
  const inbox = opened.use(await openAgentInbox(data, { limitBytes: inboxBytes, clock }))
  const queue = opened.use(
    await openQueue(queueUrl, { clock, onEvent: (event) => log.info({ event }, `queue: ${event.type}`) }),
  )
  const server = openHttpServer({ host, port, log, metrics })
  const forgeHost = forgeHostOf(githubApiUrl)
  opened.use(await startAgent({ server, queue, inbox, clock, log, metrics, webhookSecrets, forgeHost }))
  opened.use(server) // the port is closed first: no delivery comes to an agent that is ending
  log.info(`agent: POST webhooks to ${await server.listen()}/webhooks/github`)

  await aborted(signal)
  return 0
})
