import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type BenchForge, openForge } from '../bench/open-forge.ts'
import { sendPush } from '../bench/send-push.ts'
import { startNarwhal } from '../bench/start-narwhal.ts'
import { clusterPrograms } from '../real/cluster-programs.ts'
import { startPostgres } from '../setup/start-postgres.ts'
import { startRabbitmq } from '../setup/start-rabbitmq.ts'

/** A Narwhal that runs, with an engine that only interprets. */
export interface Loaded {
  readonly programs: readonly { readonly name: string; readonly pid: number; readonly url: string }[]
  /** Directories of what it keeps. */
  readonly data: readonly string[]
  readonly forge: BenchForge
  push(sha: string, repositoryName: string): Promise<void>
}

export interface LoadOptions {
  readonly mode: 'embedded' | 'cluster'
  /** A directory of its own. */
  readonly root: string
  readonly cloneUrlTemplate: string
}

const slots = 16

/**
 * V8 lets its heap grow to whatever it is allowed before it collects, and gives nothing back while there is load; live are
 * some 60 MiB. A leak of ours shows as memory in native code, or ends the program.
 */
const heapLimits = ['--max-old-space-size=160', '--max-semi-space-size=16'] // MiB

/** Starts it; what it opened is in `opened`. */
export async function openLoad(options: LoadOptions, opened: AsyncDisposableStack): Promise<Loaded> {
  const forge = opened.use(await openForge())
  return options.mode === 'embedded' ? openEmbedded(options, forge, opened) : openCluster(options, forge, opened)
}

async function openEmbedded(
  { cloneUrlTemplate: source }: LoadOptions,
  forge: BenchForge,
  opened: AsyncDisposableStack,
): Promise<Loaded> {
  const options = { engine: 'scripted:', slots, source, forgeUrl: forge.url, nodeArgs: heapLimits } as const
  const narwhal = opened.use(await startNarwhal(options))
  const { pid, url, data, push } = narwhal
  return { programs: [{ name: 'narwhal', pid, url }], data: [data], forge, push }
}

async function openCluster(
  { root, cloneUrlTemplate }: LoadOptions,
  forge: BenchForge,
  opened: AsyncDisposableStack,
): Promise<Loaded> {
  const [broker, database] = await Promise.all([startRabbitmq(), startPostgres()])
  opened.use(broker)
  opened.use(database)
  const data = join(root, 'cluster')
  await mkdir(data)
  const where = { root: data, amqpUrl: broker.url, store: database.url, githubUrl: forge.url, cloneUrlTemplate }
  const sizes = { dispatchers: 2, runners: 2, slots, leaseMs: 30_000 }
  const { dispatchers, agent, reporter, runners, tokens } = await clusterPrograms({
    ...where,
    ...sizes,
    engine: 'scripted:',
    logLevel: 'error',
    nodeArgs: heapLimits,
  })
  const all = [...dispatchers, agent, reporter, ...runners]
  for (const program of all) opened.use(program)
  await Promise.all(all.map((program) => program.start()))
  return {
    programs: all.map(({ name, url, pid }) => ({ name, url, pid: pid() ?? 0 })),
    data: [data],
    forge,
    push: (sha, repositoryName) => sendPush(agent.url, tokens.webhook, { sha, repositoryName }),
  }
}
