import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newToken } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { freePort } from '../setup/free-port.ts'
import type { Balancer } from './balance.ts'
import { type ServiceOptions, serviceProgram, type ServiceProgram } from './service-program.ts'

export interface ProgramsOptions {
  /** Directory for the data of all services and their logs. */
  readonly root: string
  readonly amqpUrl: string
  readonly githubUrl: string
  readonly cloneUrlTemplate: string
  readonly runners: number
  readonly slots: number
  /** Of the runners, in their order. */
  readonly labels?: readonly string[]
  readonly leaseMs: number
  /** Between the runners and the dispatchers, if there is one. */
  readonly balancer?: Balancer
  /** As NARWHAL_ENGINE has it; `docker:` unless given. */
  readonly engine?: string
  readonly logLevel?: string
  /** Arguments of node. */
  readonly nodeArgs?: readonly string[]
  /** One of each unless given; several dispatchers need a store for several. */
  readonly agents?: number
  readonly dispatchers?: number
  /** As NARWHAL_STORE has it; an SQLite file unless given. */
  readonly store?: string
  /** Leads a connection to a URL by another way; `name` says from whom to whom. */
  readonly link?: (name: string, url: string) => Promise<string>
}

/** Tokens of a cluster, made for it alone. */
export interface ClusterTokens {
  readonly api: string
  /** Of `grace`, who may approve. */
  readonly grace: string
  readonly runner: string
  readonly webhook: string
}

export interface ClusterPrograms {
  readonly tokens: ClusterTokens
  readonly agents: readonly ServiceProgram[]
  readonly dispatchers: readonly ServiceProgram[]
  /** The first of them. */
  readonly agent: ServiceProgram
  readonly dispatcher: ServiceProgram
  /** Where the runners reach whichever dispatcher is there. */
  readonly dispatcherUrl: string
  readonly reporter: ServiceProgram
  readonly runners: readonly ServiceProgram[]
  /** The data directories of the runners. */
  readonly runnerData: readonly string[]
  readonly results: string
}

/** The services of a cluster with all their settings, none of them started. */
export async function clusterPrograms(options: ProgramsOptions): Promise<ClusterPrograms> {
  const { root } = options
  const tokens = { api: newToken(), grace: newToken(), runner: newToken(), webhook: newToken() }
  const results = join(root, 'results')
  await mkdir(join(root, 'logs'))
  const made = { ...options, tokens, results }
  const dispatchers = await dispatcherPrograms(made)
  made.balancer?.setTargets(dispatchers.map(({ url }) => url))
  const agents = await Promise.all(numbered('agent', options.agents).map((name) => agentProgram(name, made)))
  const runnerNames = Array.from({ length: options.runners }, (_, index) => `runner-${index + 1}`)
  const [agent, dispatcher] = [firstOf(agents), firstOf(dispatchers)]
  return {
    ...{ tokens, agents, dispatchers, agent, dispatcher, results },
    dispatcherUrl: made.balancer?.url ?? dispatcher.url,
    reporter: await reporterProgram({ ...made, dispatcher }),
    runners: await Promise.all(
      runnerNames.map((name, place) => runnerProgram({ name, place }, { ...made, dispatchers })),
    ),
    runnerData: runnerNames.map((name) => join(root, name)),
  }
}

type Made = ProgramsOptions & { readonly tokens: ClusterTokens; readonly results: string }

async function dispatcherPrograms(made: Made): Promise<readonly ServiceProgram[]> {
  const { root, tokens, leaseMs, store = `sqlite:${join(root, 'dispatcher', 'store.sqlite')}` } = made
  const secretsKey = join(root, 'secrets-key')
  await writeFile(secretsKey, randomBytes(32).toString('hex'), { mode: 0o600 })
  const settings = {
    BLOBS: `file:${join(root, 'dispatcher', 'blobs')}`,
    API_TOKEN: tokens.api,
    RUNNER_TOKEN: tokens.runner,
    APPROVERS: `grace:${tokens.grace}`,
    SECRETS_KEY_FILE: secretsKey,
    LEASE_MS: String(leaseMs),
  }
  const dispatcherProgram = async (name: string) => {
    const STORE = store.startsWith('postgres') ? await linked(`${name} to store`, store, made) : store
    const QUEUE = await linked(`${name} to broker`, made.amqpUrl, made)
    return programOf('dispatcher', { name, settings: { ...settings, STORE, QUEUE } }, made)
  }
  return Promise.all(numbered('dispatcher', made.dispatchers).map(dispatcherProgram))
}

async function agentProgram(name: string, made: Made): Promise<ServiceProgram> {
  const settings = {
    QUEUE: await linked(`${name} to broker`, made.amqpUrl, made),
    DATA: join(made.root, name),
    GITHUB_WEBHOOK_SECRET: made.tokens.webhook,
    GITHUB_API_URL: made.githubUrl,
  }
  return programOf('agent', { name, settings }, made)
}

async function reporterProgram(made: Made & { readonly dispatcher: ServiceProgram }): Promise<ServiceProgram> {
  const settings = {
    QUEUE: await linked('reporter to broker', made.amqpUrl, made),
    DATA: join(made.root, 'reporter'),
    RESULTS: made.results,
    GITHUB_API_URL: await linked('reporter to forge', made.githubUrl, made),
    GITHUB_TOKEN: newToken(),
    PUBLIC_URL: made.dispatcher.url,
  }
  return programOf('reporter', { name: 'reporter', settings }, made)
}

async function runnerProgram(
  { name, place }: { readonly name: string; readonly place: number },
  made: Omit<Made, 'dispatchers'> & { readonly dispatchers: readonly ServiceProgram[] },
): Promise<ServiceProgram> {
  const { dispatchers, tokens } = made
  const dispatcher = dispatchers[place % dispatchers.length] ?? firstOf(dispatchers)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const settings = {
    DISPATCHER_URL: await linked(`${name} to dispatcher`, made.balancer?.url ?? dispatcher.url, made),
    RUNNER_URL: await linked(`dispatcher to ${name}`, url, made),
    RUNNER_TOKEN: tokens.runner,
    RUNNER_SLOTS: String(made.slots),
    RUNNER_NAME: name,
    RUNNER_LABELS: made.labels?.[place] ?? '',
    DATA: join(made.root, name),
    ENGINE: made.engine ?? 'docker:',
    CLONE_URL_TEMPLATE: made.cloneUrlTemplate,
  }
  return programOf('runner', { name, settings, port }, made)
}

async function programOf(
  service: ServiceOptions['service'],
  { name, settings, port }: Pick<ServiceOptions, 'name' | 'settings'> & { readonly port?: number },
  { root, logLevel, nodeArgs = [] }: Pick<Made, 'root' | 'logLevel' | 'nodeArgs'>,
): Promise<ServiceProgram> {
  const common = logLevel === undefined ? settings : { LOG_LEVEL: logLevel, ...settings }
  const logs = join(root, 'logs')
  return serviceProgram({ name, service, port: port ?? (await freePort()), settings: common, logs, nodeArgs })
}

async function linked(name: string, url: string, { link }: Pick<Made, 'link'>): Promise<string> {
  return link === undefined ? url : link(name, url)
}

/** One is called as its service, several have numbers. */
function numbered(service: string, count = 1): readonly string[] {
  return count === 1 ? [service] : Array.from({ length: count }, (_, index) => `${service}-${index + 1}`)
}

function firstOf(programs: readonly ServiceProgram[]): ServiceProgram {
  const [first] = programs
  if (first === undefined) throw problem('INTERNAL', 'A cluster without services.')
  return first
}
