import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newToken } from '@narwhal/host'
import { freePort } from '../setup/free-port.ts'
import { type Program, runProgram } from './run-program.ts'
import { sendPush } from './send-push.ts'

/** `narwhal up` in a process of its own, on a data directory of its own. */
export interface BenchNarwhal extends Program {
  readonly url: string
  readonly apiToken: string
  /** Below it lies everything that it keeps, the workspaces of its containers too. */
  readonly data: string
  /** Where result files lie. */
  readonly results: string
  /** Sends the signed webhook of a push; resolves when it was answered 202. */
  push(sha: string, repositoryName?: string): Promise<void>
}

/** URLs. */
export interface BenchPorts {
  readonly queue: string
  readonly store: string
}

export interface BenchOptions {
  readonly engine: 'docker:' | 'scripted:'
  readonly slots: number
  /** The repository that every push is about. */
  readonly source: string
  /** Where commit statuses go; absent: nowhere. */
  readonly forgeUrl?: string
  /** Absent: SQLite files. */
  readonly ports?: BenchPorts
  readonly nodeArgs?: readonly string[]
}

/** Starts Narwhal as `narwhal up` composes it: one process, a durable SQLite queue and store. */
export async function startNarwhal(options: BenchOptions): Promise<BenchNarwhal> {
  await using undo = new AsyncDisposableStack()
  const data = await mkdtemp(join(tmpdir(), 'narwhal-bench-'))
  undo.defer(() => rm(data, { recursive: true, force: true }))
  const [apiToken, secret, results] = [newToken(), newToken(), join(data, 'results')]
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const { forgeUrl, ports } = options
  const env = {
    NARWHAL_PORT: String(port),
    NARWHAL_DATA: data,
    NARWHAL_RESULTS: results,
    NARWHAL_ENGINE: options.engine,
    NARWHAL_API_TOKEN: apiToken,
    NARWHAL_RUNNER_TOKEN: newToken(),
    NARWHAL_RUNNER_SLOTS: String(options.slots),
    NARWHAL_GITHUB_WEBHOOK_SECRET: secret,
    NARWHAL_CLONE_URL_TEMPLATE: options.source,
    ...(ports === undefined ? {} : { NARWHAL_QUEUE: ports.queue, NARWHAL_STORE: ports.store }),
    ...(forgeUrl === undefined ? {} : { NARWHAL_GITHUB_TOKEN: newToken(), NARWHAL_GITHUB_API_URL: forgeUrl }),
  }
  const { nodeArgs = [] } = options
  const program = undo.use(await runProgram(['services/narwhal/main.ts', 'up'], { env, url, nodeArgs }))
  const owned = undo.move()
  return {
    pid: program.pid,
    ...{ url, apiToken, data, results },
    push: (sha, repositoryName = 'engine') => sendPush(url, secret, { sha, repositoryName }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
