import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'amqplib'
import { expect } from 'vitest'
import { problem } from '@narwhal/protocol'
import { type Files, makeRepository } from '../../libs/git/test/make-repository.ts'
import { openSmallDisk, type SmallDisk } from '../chaos/rig/small-disk.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { startBalancer } from './balance.ts'
import { type ClusterPrograms, clusterPrograms } from './cluster-programs.ts'
import { type ClusterRest, clusterRest } from './cluster-rest.ts'
import type { ServiceProgram } from './service-program.ts'
import { signedPush } from './signed-push.ts'
import { type StandInGitHub, startStandInGitHub } from './stand-in-github.ts'
import { listVolumes, removeFromEngine, type Suspects } from './what-is-left.ts'
import { until } from '../setup/until.ts'

export interface ClusterOptions {
  readonly amqpUrl: string
  readonly runners: number
  readonly slots: number
  /** Labels of the runners, in their order; with commas between several of one. */
  readonly labels?: readonly string[]
  /** How many dispatchers, with a balancer before them; one, and none, unless given. */
  readonly dispatchers?: number
  /** URL of their store, which several need; a file of the one unless given. */
  readonly store?: string
  /** Length of the leases, in milliseconds. */
  readonly leaseMs?: number
  /** Of the runners; `docker:` unless given. */
  readonly engine?: string
  /** Of all services. */
  readonly logLevel?: string
  /** Leads a connection to a URL by another way; `name` says from whom to whom. */
  readonly link?: (name: string, url: string) => Promise<string>
  /** Gives agent, dispatcher, reporter and runners a disk each, this large; see `Cluster.disks`. */
  readonly diskMebibytes?: number
}

/** Every service in a process of its own, on a real broker, a real engine and real git. Disposing kills and removes it all. */
export interface Cluster extends AsyncDisposable, ClusterPrograms, Suspects {
  readonly rest: ClusterRest
  readonly github: StandInGitHub
  readonly all: readonly ServiceProgram[]
  /** In the order of `all`; none unless asked for. */
  readonly disks: readonly SmallDisk[]
  /** The directory of everything that they keep: data, logs, results, repositories. */
  readonly root: string
  /** Commits files, or a narwhal.yml, to `ada/NAME`, which is made at its first commit; the sha. */
  commit(name: string, files: Files | string): Promise<string>
  /** Tells the agent of a commit by a signed delivery; the status of the answer. */
  tell(name: string, sha: string): Promise<number>
  /** All services are ready, so all runners are registered. */
  isReady(): Promise<void>
  /** The last lines of every log, for a test that failed. */
  printLogs(): Promise<void>
}

export const owner = 'ada'

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  await using undo = new AsyncDisposableStack()
  await Promise.all([provideTestImage(), removeQueues(options.amqpUrl)])
  const volumesBefore = await listVolumes()
  const root = await mkdtemp(join(tmpdir(), 'narwhal-cluster-'))
  undo.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }))
  const repositories = undo.use(await openRepositories(join(root, 'repositories')))
  const github = undo.use(await startStandInGitHub())
  const { cloneUrlTemplate } = repositories
  const where = { root, githubUrl: github.url, cloneUrlTemplate }
  const balancer = options.dispatchers === undefined ? {} : { balancer: undo.use(await startBalancer()) }
  const programs = await clusterPrograms({ leaseMs: 30_000, ...options, ...where, ...balancer })
  const { agent, dispatchers, dispatcherUrl, reporter, runners, tokens } = programs
  const disks = undo.use(await openDisks(root, options))
  const all = [agent, ...dispatchers, reporter, ...runners]
  undo.defer(() => removeFromEngine(programs.runnerData))
  for (const program of all) undo.use(program)
  const rest = undo.use(clusterRest(dispatcherUrl, tokens.api))
  await Promise.all(all.map((program) => program.start()))
  const isReady = () => until(() => expectReady(all), { timeoutMs: 60_000, intervalMs: 20 })
  await isReady()

  const owned = undo.move()
  return {
    ...programs,
    ...{ rest, github, all, disks: disks.all, root, isReady, volumesBefore },
    commit: repositories.commit,
    async tell(name, sha) {
      const { status } = await fetch(`${agent.url}/webhooks/github`, signedPush({ owner, name, sha }, tokens.webhook))
      return status
    },
    async printLogs() {
      for (const { name, logTail } of all) console.log(`--- ${name}\n${await logTail(60)}`)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openDisks(root: string, { diskMebibytes, runners }: ClusterOptions) {
  await using opened = new AsyncDisposableStack()
  const all: SmallDisk[] = []
  const names = [
    'agent',
    'dispatcher',
    'reporter',
    ...Array.from({ length: runners }, (_, index) => `runner-${index + 1}`),
  ]
  for (const name of diskMebibytes === undefined ? [] : names) {
    const disk = await openSmallDisk(name, join(root, name), diskMebibytes ?? 0)
    if (disk === undefined) throw problem('PACKAGES_MISSING', 'these tests mount disks of their own: run them as root')
    all.push(opened.use(disk))
  }
  const owned = opened.move()
  return { all, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A broker that others used before may hold messages that are not for us. */
async function removeQueues(amqpUrl: string): Promise<void> {
  const connection = await connect(amqpUrl)
  const channel = await connection.createChannel()
  for (const queue of ['narwhal.commits.dispatcher', 'narwhal.build-events.reporter']) await channel.deleteQueue(queue)
  await connection.close()
}

/** Repositories at `ROOT/ada/NAME`, made when they are first committed to. */
async function openRepositories(root: string) {
  const opened = new AsyncDisposableStack()
  const made = new Map<string, Awaited<ReturnType<typeof makeRepository>>>()
  await mkdir(join(root, owner), { recursive: true })
  return {
    cloneUrlTemplate: join(root, '{owner}', '{name}'),
    async commit(name: string, files: Files | string) {
      const repository = made.get(name) ?? opened.use(await makeRepository())
      if (!made.has(name)) await symlink(repository.path, join(root, owner, name))
      made.set(name, repository)
      return repository.commit(typeof files === 'string' ? { 'narwhal.yml': files } : files)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function expectReady(programs: readonly ServiceProgram[]): Promise<void> {
  const states = await Promise.all(programs.map(async ({ name, isReady }) => [name, await isReady()] as const))
  expect(states).toEqual(programs.map(({ name }) => [name, true]))
}
