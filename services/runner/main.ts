import { join, resolve } from 'node:path'
import { openMirrors, resolveCloneSource } from '@narwhal/git'
import {
  aborted,
  openHttpClient,
  openHttpServer,
  openLog,
  openMetrics,
  runMain,
  systemClock as clock,
} from '@narwhal/host'
import { readRunnerConfig } from './config.ts'
import { openEngine } from './engine/open-engine.ts'
import { readRegistryLogins } from './engine/read-registry-logins.ts'
import { openPlanner } from './planner/open-planner.ts'
import { startRunner } from './service.ts'
import { readStepPolicy } from './steps/read-step-policy.ts'

await runMain(async ({ env, signal }) => {
  const config = readRunnerConfig(env)
  const data = resolve(config.data)
  const log = openLog({ service: 'runner', level: config.logLevel, pretty: process.stderr.isTTY })
  const metrics = openMetrics()
  const listening = { url: config.runnerUrl ?? '' }

  const registries = config.dockerConfig === undefined ? {} : await readRegistryLogins(config.dockerConfig)
  await using engine = openEngine(config.engine, {
    clock,
    log,
    dockerHost: env['DOCKER_HOST'],
    runtimeDirectory: env['XDG_RUNTIME_DIR'],
    path: env['PATH'],
    registries,
  })
  await using mirrors = await openMirrors({ root: join(data, 'mirrors'), clock })
  await using planner = openPlanner()
  await using client = openHttpClient()
  await using server = openHttpServer({
    host: config.host,
    port: config.port,
    log,
    metrics,
    ...(config.apiToken === undefined ? {} : { apiToken: config.apiToken }),
  })
  await using runner = await startRunner({
    ...config,
    data,
    server,
    client,
    engine,
    mirrors,
    planner,
    policy: readStepPolicy(env, config),
    clock,
    log,
    metrics,
    runnerUrl: () => listening.url,
    cloneSource: (repository) => resolveCloneSource(repository, config),
  })
  const url = await server.listen()
  listening.url ||= url
  log.info({ url: listening.url, runner: runner.id, slots: config.slots }, 'the runner listens')
  if (process.getuid?.() === 0) log.debug('the runner is root; so is whoever reaches its container engine')
  await aborted(signal)
  return 0
})
