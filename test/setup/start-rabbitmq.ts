import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { problem } from '@narwhal/protocol'
import { connect } from 'amqplib'
import { freePort } from './free-port.ts'

/** A RabbitMQ of the tests' own, on a free loopback port, with its data in a temporary folder. */
export interface TestRabbitmq extends AsyncDisposable {
  /** `amqp://guest:guest@127.0.0.1:PORT`; the same after `stop` and `start`. */
  readonly url: string
  /** Ends the broker in order; its data stays. */
  stop(): Promise<void>
  /**
   * Ends the broker at once, like a power cut for it; its data stays as it is. A quorum queue that was declared less
   * than about 3 s before does not come back: RabbitMQ 3.10 has not yet written down where its log is.
   */
  kill(): Promise<void>
  /** Starts the broker again on the same data. */
  start(): Promise<void>
}

const guardProgram = fileURLToPath(new URL('./end-orphans.ts', import.meta.url))
const startWithinMs = 60_000

/**
 * Starts a private RabbitMQ and waits until it takes connections. Disposing ends it and removes its data.
 *
 * @throws PACKAGES_MISSING when there is no rabbitmq-server, or it does not come up within a minute.
 */
export async function startRabbitmq({ signal }: { readonly signal?: AbortSignal } = {}): Promise<TestRabbitmq> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-rabbitmq-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const [port, epmdPort] = [await freePort(), await freePort()]
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  const env = await writeSettings(folder, port, epmdPort)

  // Erlang's name service: our own, or the broker would leave one running for good
  const epmd = spawn('epmd', ['-port', String(epmdPort), '-address', '127.0.0.1'], {
    stdio: 'ignore',
    env,
    detached: true,
  })
  epmd.on('error', () => {}) // without it the broker does not start: said there
  undo.defer(() => end(epmd, 'SIGKILL'))

  let broker: ChildProcess | undefined
  let guard: ChildProcess | undefined
  const stopWith = async (by: NodeJS.Signals) => {
    if (broker !== undefined) await end(broker, by)
    if (guard !== undefined) await end(guard, 'SIGKILL')
    broker = guard = undefined
  }
  const start = async () => {
    broker = spawn(rabbitmqProgram(), [], { stdio: 'ignore', env, detached: true }) // a group of its own: see `end`
    guard = startGuard([folder, ...pidsOf(broker, epmd)])
    await answers(url, broker, signal)
  }
  undo.defer(() => stopWith('SIGTERM'))
  await start()

  const started = undo.move()
  return {
    url,
    start,
    stop: () => stopWith('SIGTERM'),
    kill: () => stopWith('SIGKILL'),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

/** Debian's program on the path wants to be root or rabbitmq; the one it calls does not. */
function rabbitmqProgram(): string {
  const debian = '/usr/lib/rabbitmq/bin/rabbitmq-server'
  return existsSync(debian) ? debian : 'rabbitmq-server'
}

async function writeSettings(folder: string, port: number, epmdPort: number): Promise<NodeJS.ProcessEnv> {
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    'disk_free_limit.absolute = 50MB',
    'vm_memory_high_watermark.absolute = 512MB',
    '',
  ]
  await writeFile(join(folder, 'rabbitmq.conf'), settings.join('\n'))
  await writeFile(join(folder, 'enabled_plugins'), '[].\n')
  return {
    PATH: process.env['PATH'],
    HOME: folder, // of the Erlang cookie
    LANG: 'C.UTF-8',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `narwhal${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(await freePort()),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none', // idle means idle
  }
}

/** Ends what we started should we be killed: a broker in a group of its own does not hear of it. */
function startGuard(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, [guardProgram, ...argv], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
}

function pidsOf(...programs: readonly ChildProcess[]): readonly string[] {
  return programs.flatMap(({ pid }) => (pid === undefined ? [] : [String(pid)]))
}

/** Resolves when the broker at `url` takes a connection. */
async function answers(url: string, broker: ChildProcess, signal: AbortSignal | undefined): Promise<void> {
  let fault: string | undefined
  broker.on('error', (cause) => {
    fault = cause.message
  })
  const giveUpAt = performance.now() + startWithinMs
  while (performance.now() < giveUpAt) {
    signal?.throwIfAborted()
    if (fault !== undefined || broker.exitCode !== null) break
    try {
      const connection = await connect(url, { timeout: 2_000 })
      connection.on('error', () => {}) // the broker may be on its way up still
      return await connection.close()
    } catch {
      await scheduler.wait(100)
    }
  }
  const why =
    fault ?? (broker.exitCode === null ? `no answer within ${startWithinMs} ms` : `exit code ${broker.exitCode}`)
  throw problem(
    'PACKAGES_MISSING',
    `rabbitmq-server (of Debian's package of this name, or another one on the path) did not start: ${why}`,
  )
}

/** Ends a program and what it started; a SIGKILL also goes to its group, since a killed shell leaves its child behind. */
async function end(program: ChildProcess, by: NodeJS.Signals): Promise<void> {
  if (program.pid === undefined || program.exitCode !== null || program.signalCode !== null) return
  const exited = once(program, 'exit')
  if (by === 'SIGKILL') killGroup(program.pid)
  program.kill(by)
  await exited
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // not the leader of a group
  }
}
