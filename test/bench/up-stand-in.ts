import { join } from 'node:path'
import { forgeHostOf, openAgentInbox, startAgent } from '@narwhal/agent'
import { openBlobs } from '@narwhal/blobs'
import { startDispatcher } from '@narwhal/dispatcher'
import {
  aborted,
  openHttpClient,
  openHttpServer,
  openLog,
  openMetrics,
  runMain,
  systemClock as clock,
} from '@narwhal/host'
import { openQueue } from '@narwhal/queue'
import { openReporterOutbox, startReporter } from '@narwhal/reporter'
import { startRunner } from '@narwhal/runner'
import { openEngine } from '@narwhal/runner/engine'
import { openMirrors, resolveCloneUrl } from '@narwhal/git'
import { openStore } from '@narwhal/store'
await runMain(async ({ env, signal }) => {
  const e = (n: string) => env[n] ?? ''
  const data = e('NARWHAL_DATA')
  const port = Number(e('NARWHAL_PORT'))
  const log = openLog({ service: 'up', level: 'warn', pretty: false })
  const metrics = openMetrics()
  await using u = new AsyncDisposableStack()
  const queue = u.use(await openQueue(`sqlite:${join(data, 'queue.sqlite')}`, { clock }))
  const store = u.use(await openStore(`sqlite:${join(data, 'store.sqlite')}`))
  const blobs = u.use(await openBlobs(`file:${join(data, 'blobs')}`))
  const client = u.use(openHttpClient())
  const server = u.use(openHttpServer({ host: '127.0.0.1', port, log, metrics }))
  const inbox = u.use(await openAgentInbox(join(data, 'agent'), { limitBytes: 1e9, clock }))
  const shared = { server, queue, clock, log, metrics, client }
  const apiUrl = env['NARWHAL_GITHUB_API_URL'] ?? 'https://api.github.com'
  u.use(
    await startAgent({
      ...shared,
      inbox,
      webhookSecrets: [e('NARWHAL_GITHUB_WEBHOOK_SECRET')],
      forgeHost: forgeHostOf(apiUrl),
    }),
  )
  const runnerToken = e('NARWHAL_RUNNER_TOKEN')
  u.use(
    startDispatcher({
      ...shared,
      leaseMs: 30_000,
      queueLimitMs: 3.6e6,
      heartbeatMs: 5000,
      store,
      blobs,
      apiToken: e('NARWHAL_API_TOKEN'),
      runnerToken,
    }),
  )
  const outbox = u.use(await openReporterOutbox(join(data, 'reporter')))
  const github = env['NARWHAL_GITHUB_TOKEN'] ? { github: { token: e('NARWHAL_GITHUB_TOKEN'), apiUrl } } : {}
  u.use(await startReporter({ ...shared, outbox, results: e('NARWHAL_RESULTS'), ...github, publicUrl: 'http://x' }))
  const engine = u.use(openEngine(e('NARWHAL_ENGINE'), { clock, log, dockerHost: undefined }))
  const mirrors = u.use(await openMirrors({ root: join(data, 'runner/mirrors'), clock }))
  const url = `http://127.0.0.1:${port}`
  u.use(
    await startRunner({
      ...shared,
      engine,
      mirrors,
      name: 'up',
      slots: Number(e('NARWHAL_RUNNER_SLOTS')),
      labels: [],
      dispatcherUrl: url,
      runnerToken,
      runnerUrl: url,
      data: join(data, 'runner'),
      cloneSource: (r) => ({ url: resolveCloneUrl(e('NARWHAL_CLONE_URL_TEMPLATE'), r).url }),
    }),
  )
  await server.listen()
  await aborted(signal)
  return 0
})
