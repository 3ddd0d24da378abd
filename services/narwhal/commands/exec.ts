import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Environment, openLog } from '@narwhal/host'
import { type BuildView, createBuild, removeSecret, repositoryKey, setSecret } from '@narwhal/protocol'
import type { Api } from '../api/open-api.ts'
import type { CommandContext } from '../command-context.ts'
import { cancelBuild } from '../exec/cancel-build.ts'
import { declineApprovals } from '../exec/decline-approvals.ts'
import { openExecData } from '../exec/exec-data.ts'
import { readSecretsFile } from '../exec/read-secrets-file.ts'
import { selectionOf } from '../exec/selection-of.ts'
import { type Snapshot, snapshotWorkingTree } from '../exec/snapshot-working-tree.ts'
import { expectEngine } from '../exec/expect-engine.ts'
import { keepLogs } from '../exec/keep-logs.ts'
import { readBuildLogs } from '../exec/read-build-logs.ts'
import { interruptedCode } from '../interrupted-code.ts'
import { shortRef } from '../name-build.ts'
import { prepareEngine } from '../prepare-engine.ts'
import type { Following } from '../progress/follow-builds.ts'
import { showProgress } from '../progress/show-progress.ts'
import type { Terminal } from '../terminal.ts'
import { type Narwhal, startNarwhal } from '../up.ts'
import { provideSecrets, readUpConfig, type UpConfig } from '../up-config.ts'

// A pipeline runs here exactly as it runs in CI, because it is the same: all services in this process, on a commit that
// holds what the working tree holds.

export interface ExecOptions {
  readonly step?: readonly string[]
  /** `axis=value` */
  readonly matrix?: readonly string[]
  /** `NAME=value` */
  readonly env?: readonly string[]
  readonly secretsFile?: string
  readonly engine?: string
  readonly fresh?: boolean
  /** The build with its logs on standard output, everything else on standard error. */
  readonly json?: boolean
}

const hostRemark = 'Steps run as plain processes with your rights, and `image` is ignored.'

/** How long a build may take to end once it is cancelled, in milliseconds. */
const stopLimitMs = 10_000

/**
 * `narwhal exec`: runs the pipeline of the working tree, or some of its jobs with what they need.
 *
 * @returns 0 when it passed (or there was nothing to run), 1 when not, 130 or 143 when a signal came first.
 */
export async function runExec(jobs: readonly string[], options: ExecOptions, given: CommandContext): Promise<number> {
  const context = options.json === true ? { ...given, terminal: besideJson(given.terminal) } : given
  const { env, terminal, signal } = context
  const selection = selectionOf(jobs, options)
  const secrets = options.secretsFile === undefined ? {} : await readSecretsFile(options.secretsFile)
  await using opened = new AsyncDisposableStack()
  const snapshot = await openSnapshot(opened, context)
  const data = opened.use(await openExecData(snapshot.root, { env, fresh: options.fresh === true }))
  const config = await provideSecrets(readUpConfig(execEnvironment(env, { data: data.path, ...options })))
  await prepareEngine({ config, demo: false }, context)
  await expectEngine(config.engine, machineOf(context), signal)

  terminal.print(terminal.paint('dim', describeSnapshot(snapshot)))
  if (config.engine === 'host:') terminal.print(terminal.paint('yellow', hostRemark))
  const narwhal = opened.use(await startExec(config, { context, snapshot, selection }))
  opened.use(await lendSecrets(secrets, { narwhal, config, snapshot }))
  try {
    const api = { client: narwhal.client, at: { baseUrl: narwhal.url, token: config.apiToken }, clock: context.clock }
    const ended = await runBuild(narwhal, api, { config, snapshot, context })
    await data.keep()
    const build = await readBuildLogs(ended, api, AbortSignal.timeout(stopLimitMs))
    if (data.logsPath !== undefined && (await keepLogs(build, data.logsPath)) > 0)
      terminal.print(terminal.paint('dim', `What the jobs said is in ${data.logsPath}`))
    if (options.json === true) await given.terminal.write(`${JSON.stringify(build, null, 2)}\n`)
    if (signal.aborted) return interruptedCode(signal)
    return build.ending?.outcome === 'passed' || build.ending?.outcome === 'skipped' ? 0 : 1
  } catch (error) {
    if (!signal.aborted) throw error
    return interruptedCode(signal)
  }
}

/** Progress is no part of what a program reads. */
function besideJson(terminal: Terminal): Terminal {
  return { ...terminal, print: terminal.remark, status: () => undefined, isLive: false, isInteractive: false }
}

async function openSnapshot(opened: AsyncDisposableStack, { env, signal }: CommandContext): Promise<Snapshot> {
  const into = await mkdtemp(join(env['TMPDIR'] || '/tmp', 'narwhal-tree-'))
  opened.defer(() => rm(into, { recursive: true, force: true }))
  return snapshotWorkingTree(process.cwd(), { into, env, signal })
}

/** The settings of the machine, but nothing that is meant for a Narwhal that others use. */
function execEnvironment(env: Environment, { data, engine }: { readonly data: string; readonly engine?: string }) {
  const foreign = /^NARWHAL_(?:HOST|PUBLIC_URL|RUNNER_URL|QUEUE|STORE|BLOBS|RESULTS|API_TOKEN|RUNNER_TOKEN|GITHUB_.*)$/
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name))
  const own = { NARWHAL_DATA: data, NARWHAL_PORT: '0', NARWHAL_QUEUE: 'memory:' }
  return {
    NARWHAL_LOG_LEVEL: 'error',
    ...Object.fromEntries(kept),
    ...own,
    ...(engine === undefined ? {} : { NARWHAL_ENGINE: engine }),
  }
}

function describeSnapshot({ root, isChanged, ...commit }: Snapshot): string {
  return `The working tree ${root}: ${shortRef(commit)}${isChanged ? ' with what is not committed yet' : ''}`
}

interface StartOptions {
  readonly context: CommandContext
  readonly snapshot: Snapshot
  readonly selection: ReturnType<typeof selectionOf>
}

function startExec(config: UpConfig, { context, snapshot, selection }: StartOptions): Promise<Narwhal> {
  const log = openLog({ service: 'narwhal', level: config.logLevel, pretty: true })
  const source = { repository: snapshot.repository, url: snapshot.path }
  return startNarwhal(config, { ...machineOf(context), log, watched: [], alsoCloned: [source], selection })
}

/** What engines need to know of this machine. */
function machineOf({ env, clock }: CommandContext) {
  return { clock, dockerHost: env['DOCKER_HOST'], runtimeDirectory: env['XDG_RUNTIME_DIR'], path: env['PATH'] }
}

interface LendOptions {
  readonly narwhal: Narwhal
  readonly config: UpConfig
  readonly snapshot: Snapshot
}

/** Keeps the secrets of a file for this one build. */
async function lendSecrets(
  secrets: Readonly<Record<string, string>>,
  { narwhal: { client, url }, config, snapshot }: LendOptions,
): Promise<AsyncDisposable> {
  const call = { baseUrl: url, token: config.apiToken }
  const repository = repositoryKey(snapshot.repository)
  await using undo = new AsyncDisposableStack()
  for (const [name, value] of Object.entries(secrets)) {
    await client.call(setSecret, { ...call, body: { repository, name, value } })
    undo.defer(() => client.call(removeSecret, { ...call, query: { repository, name } }))
  }
  return undo.move()
}

interface BuildOptions {
  readonly config: UpConfig
  readonly snapshot: Snapshot
  readonly context: CommandContext
}

async function runBuild(narwhal: Narwhal, api: Api, { config, snapshot, context }: BuildOptions): Promise<BuildView> {
  const { terminal, clock, signal } = context
  const log = openLog({ service: 'narwhal', level: config.logLevel, pretty: true })
  const onSeen = declineApprovals(api)
  await using progress = showProgress(narwhal, { config, terminal, clock, log, onSeen, staysUp: false })
  const { ref, sha } = snapshot
  const body = { repository: repositoryKey(snapshot.repository), ref, sha, trigger: 'push' } as const
  signal.throwIfAborted()
  const { id } = await api.client.call(createBuild, { ...api.at, body })
  return await progress.ended(id, signal).catch(async (error: unknown) => {
    if (!signal.aborted) throw error
    return stopBuild(id, api, progress)
  }) // it is shown until then
}

/** Without it what runs would get the time that a runner has to end in CI. */
async function stopBuild(buildId: string, api: Api, progress: Following): Promise<BuildView> {
  await cancelBuild(buildId, 'narwhal exec was interrupted', api)
  return progress.ended(buildId, AbortSignal.timeout(stopLimitMs))
}
