import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { newToken } from '@narwhal/host'
import { serviceProgram } from '../../real/service-program.ts'
import { startStandInGitHub } from '../../real/stand-in-github.ts'
import { listVolumes, removeFromEngine } from '../../real/what-is-left.ts'
import { freePort } from '../../setup/free-port.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openFaultProxy } from '../proxy/fault-proxy.ts'
import { keptProgram } from './kept-program.ts'
import { cloneUrlTemplate } from './repositories.ts'
import { poisonQueue } from './poison-queue.ts'
import type { Rig } from './rig.ts'
import { openSmallDisk } from './small-disk.ts'

export interface RigOptions {
  readonly ledger: Ledger
  readonly leaseMs: number
}

const slots = 3

/** `narwhal up` as anybody starts it: SQLite queue and store, Docker. It is started already. */
export async function openEmbeddedRig({ ledger, leaseMs }: RigOptions): Promise<Rig> {
  await using undo = new AsyncDisposableStack()
  const volumesBefore = await listVolumes()
  const { root } = ledger
  const [data, logs, results] = [join(root, 'data'), join(root, 'logs'), join(root, 'results')]
  const repositories = join(root, 'repositories')
  await mkdir(logs)
  await mkdir(repositories)
  const port = await freePort()
  const github = undo.use(await startStandInGitHub())
  const toGithub = undo.use(await openFaultProxy('reporter to forge', Number(new URL(github.url).port)))
  const toAgent = undo.use(await openFaultProxy('forge to agent', port))
  const toRunner = undo.use(await openFaultProxy('dispatcher to runner', port))
  const disk = await openSmallDisk('agent', join(data, 'agent'), 24)
  if (disk !== undefined) undo.use(disk)
  const tokens = { api: newToken(), webhook: newToken() }
  const settings = {
    DATA: data,
    RESULTS: results,
    API_TOKEN: tokens.api,
    GITHUB_WEBHOOK_SECRET: tokens.webhook,
    GITHUB_TOKEN: newToken(),
    GITHUB_API_URL: `http://127.0.0.1:${toGithub.port}`,
    RUNNER_URL: `http://127.0.0.1:${toRunner.port}`,
    RUNNER_NAME: 'runner-1',
    RUNNER_SLOTS: String(slots),
    CLONE_URL_TEMPLATE: cloneUrlTemplate(repositories),
    LEASE_MS: String(leaseMs),
    LOG_LEVEL: 'info',
    SETUP: '0',
  }
  const runnerData = [join(data, 'runner')]
  undo.defer(() => removeFromEngine(runnerData))
  const poisoned = await poisonQueue(`sqlite:${join(data, 'queue.sqlite')}`)
  const program = serviceProgram({ name: 'narwhal', service: 'narwhal', port, settings, logs })
  const kept = undo.use(keptProgram(program, (event) => ledger.note('life', { program: 'narwhal', ...event })))
  await kept.start()

  const owned = undo.move()
  return {
    ...({
      mode: 'embedded',
      root,
      tokens,
      programs: [kept],
      links: [toGithub, toAgent, toRunner],
      github,
      slots,
    } as const),
    disks: disk === undefined ? [] : [disk],
    agentUrls: [`http://127.0.0.1:${toAgent.port}`],
    restUrls: [program.url],
    ...{ results, repositories, poisoned, runnerData, volumesBefore },
    store: join(data, 'store.sqlite'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
