import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { clusterPrograms } from '../../real/cluster-programs.ts'
import { startStandInGitHub } from '../../real/stand-in-github.ts'
import { listVolumes, removeFromEngine } from '../../real/what-is-left.ts'
import { startPostgres } from '../../setup/start-postgres.ts'
import { startRabbitmq } from '../../setup/start-rabbitmq.ts'
import type { RigOptions } from './embedded-rig.ts'
import { type FaultProxy, openFaultProxy } from '../proxy/fault-proxy.ts'
import { keptProgram } from './kept-program.ts'
import { cloneUrlTemplate } from './repositories.ts'
import { describeBackings } from './describe-backings.ts'
import { poisonQueue } from './poison-queue.ts'
import type { Rig } from './rig.ts'
import { openSmallDisk } from './small-disk.ts'

const slots = 2
const diskMebibytes = 32

/** Two agents, two dispatchers, three runners and a reporter on RabbitMQ and PostgreSQL, each a process. They are started already. */
export async function openClusterRig({ ledger, leaseMs }: RigOptions): Promise<Rig> {
  await using undo = new AsyncDisposableStack()
  const volumesBefore = await listVolumes()
  const { root } = ledger
  const repositories = join(root, 'repositories')
  await mkdir(repositories)
  const [broker, database] = await Promise.all([startRabbitmq(), startPostgres()])
  undo.use(broker)
  undo.use(database)
  const github = undo.use(await startStandInGitHub())
  const links: FaultProxy[] = []
  const link = async (name: string, url: string) => {
    const proxied = new URL(url)
    const proxy = undo.use(await openFaultProxy(name, Number(proxied.port)))
    links.push(proxy)
    proxied.port = String(proxy.port)
    return proxied.href.replace(/\/$/, '')
  }
  const where = { root, amqpUrl: broker.url, githubUrl: github.url, store: database.url }
  const sizes = { agents: 2, dispatchers: 2, runners: 3, slots, leaseMs }
  const options = { ...where, ...sizes, cloneUrlTemplate: cloneUrlTemplate(repositories), logLevel: 'info', link }
  const { agents, dispatchers, reporter, runners, tokens, runnerData, results } = await clusterPrograms(options)
  const agentUrls = await Promise.all(agents.map(({ name, url }) => link(`forge to ${name}`, url)))
  const disks = []
  for (const name of [...agents.map((agent) => agent.name), 'reporter']) {
    const disk = await openSmallDisk(name, join(root, name), diskMebibytes)
    if (disk !== undefined) disks.push(undo.use(disk))
  }
  undo.defer(() => removeFromEngine(runnerData))
  const poisoned = await poisonQueue(broker.url)
  const all = [...dispatchers, ...agents, reporter, ...runners]
  const programs = all.map((program) =>
    undo.use(keptProgram(program, (event) => ledger.note('life', { program: program.name, ...event }))),
  )
  await Promise.all(programs.map((program) => program.start()))

  const owned = undo.move()
  return {
    ...({ mode: 'cluster', root, tokens, programs, links, disks, broker, database, github, slots } as const),
    ...{ agentUrls, results, repositories, poisoned, runnerData, volumesBefore },
    describe: () => describeBackings(broker.url, database.url),
    restUrls: dispatchers.map(({ url }) => url),
    store: database.url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
