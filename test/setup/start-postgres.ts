import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { problem } from '@narwhal/protocol'
import { Client } from 'pg'
import { freePort } from './free-port.ts'

/** A PostgreSQL of the tests' own, on a free loopback port, with its data in a temporary folder and durable as usual. */
export interface TestPostgres extends AsyncDisposable {
  /** `postgres://narwhal@127.0.0.1:PORT/postgres`, who may make databases; the same after `stop` and `start`. */
  readonly url: string
  /** Ends it in order: clients are cut off, the data stays. */
  stop(): Promise<void>
  /** Ends it and all its processes at once, like a power cut for it; its data stays as it is. */
  kill(): Promise<void>
  /** Starts it again on the same data, and waits until it answers. */
  start(): Promise<void>
}

const guardProgram = fileURLToPath(new URL('./end-orphans.ts', import.meta.url))
const run = promisify(execFile)
const startWithinMs = 60_000

/** An OS user that is not root: PostgreSQL refuses to be root's. */
type Owner = { readonly uid: number; readonly gid: number } | Record<string, never>

/**
 * Starts a private PostgreSQL and waits until it takes connections. Disposing ends it and removes its data.
 *
 * @throws PACKAGES_MISSING when there is no PostgreSQL 15, or it does not come up within a minute.
 */
export async function startPostgres({ signal }: { readonly signal?: AbortSignal } = {}): Promise<TestPostgres> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-postgres-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const owner = await ownerOf(folder)
  const data = join(folder, 'data')
  const port = await freePort()
  const url = `postgres://narwhal@127.0.0.1:${port}/postgres`
  const init = ['-D', data, '-U', 'narwhal', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-instructions']
  await run(program('initdb'), init, { ...owner, cwd: folder }).catch((cause: unknown) => {
    throw missing(String(cause))
  })

  let running: ChildProcess | undefined
  let guard: ChildProcess | undefined
  const endBy = async (end: (postmaster: ChildProcess) => Promise<void>) => {
    if (running !== undefined) await end(running)
    guard?.kill('SIGKILL')
    running = guard = undefined
  }
  const start = async () => {
    running = spawn(program('postgres'), settings(data, port), { ...owner, cwd: folder, stdio: 'ignore' })
    const argv = [guardProgram, folder, String(running.pid)]
    guard = spawn(process.execPath, argv, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    await answers(url, running, signal)
  }
  const stop = () => endBy((postmaster) => end(postmaster, 'SIGINT'))
  undo.defer(stop)
  await start()

  const started = undo.move()
  return { url, start, stop, kill: () => endBy(killAll), [Symbol.asyncDispose]: () => started.disposeAsync() }
}

function program(name: string): string {
  const debian = `/usr/lib/postgresql/15/bin/${name}`
  return existsSync(debian) ? debian : name
}

function settings(data: string, port: number): readonly string[] {
  const values = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'on',
    synchronous_commit: 'on',
  }
  return ['-D', data, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** Gives the folder to Debian's user of PostgreSQL, else to nobody, when we are root. */
async function ownerOf(folder: string): Promise<Owner> {
  if (process.getuid?.() !== 0) return {}
  const entry = /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8'))
  const owner = { uid: Number(entry?.[1] ?? 65_534), gid: Number(entry?.[2] ?? 65_534) }
  await chmod(folder, 0o700)
  await chown(folder, owner.uid, owner.gid)
  return owner
}

async function answers(url: string, postmaster: ChildProcess, signal: AbortSignal | undefined): Promise<void> {
  let fault: string | undefined
  postmaster.on('error', (cause) => {
    fault = cause.message
  })
  const giveUpAt = performance.now() + startWithinMs
  while (performance.now() < giveUpAt && fault === undefined && postmaster.exitCode === null) {
    signal?.throwIfAborted()
    if (await takesConnections(url)) return
    await scheduler.wait(20)
  }
  throw missing(fault ?? `exit code ${postmaster.exitCode}`)
}

async function takesConnections(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {}) // it may be on its way up still
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

function missing(why: string): Error {
  return problem('PACKAGES_MISSING', `PostgreSQL 15 (of Debian's package postgresql-15) did not start: ${why}`)
}

async function end(postmaster: ChildProcess, by: NodeJS.Signals): Promise<void> {
  if (postmaster.exitCode !== null || postmaster.signalCode !== null) return
  const exited = once(postmaster, 'exit')
  postmaster.kill(by)
  await exited
}

/** Each of its processes leads a group of its own, so each is killed by itself. */
async function killAll(postmaster: ChildProcess): Promise<void> {
  const { pid } = postmaster
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const ended = end(postmaster, 'SIGKILL')
  for (const child of children.split(' ').map(Number)) if (child > 0) killIfThere(child)
  await ended
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended
  }
}
