import { openBlobs } from '@narwhal/blobs'
import { aborted, openHttpClient, openHttpServer, openLog, openMetrics, runMain, systemClock } from '@narwhal/host'
import { openQueue } from '@narwhal/queue'
import { openStore } from '@narwhal/store'
import { readDispatcherConfig } from './config.ts'
import { startDispatcher } from './service.ts'

await runMain(async ({ env, signal }) => {
  const config = readDispatcherConfig(env)
  const log = openLog({ service: 'dispatcher', level: config.logLevel, pretty: process.stderr.isTTY })
  const metrics = openMetrics()
  const clock = systemClock
  await using store = await openStore(config.store)
  await using blobs = await openBlobs(config.blobs, config)
  await using queue = await openQueue(config.queue, { clock, onEvent: (event) => log.info(event, 'queue') })
  await using client = openHttpClient()
  await using server = openHttpServer({ ...config, log, metrics })
  await using _dispatcher = startDispatcher({
    ...config,
    server,
    queue,
    store,
    blobs,
    client,
    clock,
    log,
    metrics,
    heartbeatMs: 5_000,
  })
  log.info({ url: await server.listen() }, 'the dispatcher listens')
  await aborted(signal)
  return 0
})
