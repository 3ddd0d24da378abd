import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { problem } from '@narwhal/protocol'
import { freePort } from './free-port.ts'

/** An object store of the tests' own: OpenStack Swift with its S3 interface, on free loopback ports. */
export interface TestObjectStore extends AsyncDisposable {
  readonly endpoint: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
}

const guardProgram = fileURLToPath(new URL('./end-orphans.ts', import.meta.url))
const python = '/usr/bin/python3'
const startWithinMs = 90_000
const parts = ['account', 'container', 'object', 'proxy'] as const
type Ports = Readonly<Record<(typeof parts)[number], number>>

/** Debian's programs belong to packages that start services; these lines are all that they do. */
const startPart = `
import sys
from swift.common.utils import set_swift_dir
from swift.common.wsgi import run_wsgi
set_swift_dir(sys.argv[1])
sys.exit(run_wsgi(f'{sys.argv[1]}/{sys.argv[2]}.conf', f'{sys.argv[2]}-server'))
`

/** One disk, one copy of everything. */
const writeRings = `
import sys
from swift.common.ring import RingBuilder
for name, port in zip(['account', 'container', 'object'], sys.argv[2:]):
    ring = RingBuilder(4, 1, 0)
    ring.add_dev(dict(id=0, region=1, zone=1, weight=1.0, ip='127.0.0.1', port=int(port), device='disk'))
    ring.rebalance()
    ring.get_ring().save(f'{sys.argv[1]}/{name}.ring.gz')
`

/** Starts it, and waits until it answers. Disposing ends it and removes its data. @throws PACKAGES_MISSING */
export async function startSwift(): Promise<TestObjectStore> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-swift-'))
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const ports = {
    account: await freePort(),
    container: await freePort(),
    object: await freePort(),
    proxy: await freePort(),
  }
  await writeSettings(folder, ports)
  const ringPorts = [ports.account, ports.container, ports.object].map(String)
  const rings = spawn(python, ['-c', writeRings, folder, ...ringPorts], { stdio: 'ignore' })
  if ((await exitOf(rings)) !== 0) throw missing('its rings could not be made')

  const programs = parts.map((part) => spawn(python, ['-c', startPart, folder, part], { stdio: 'ignore' }))
  const pids = programs.flatMap(({ pid }) => (pid === undefined ? [] : [String(pid)]))
  const guard = spawn(process.execPath, [guardProgram, folder, ...pids], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  undo.defer(() => end(guard))
  for (const program of programs) undo.defer(() => end(program))
  const endpoint = `http://127.0.0.1:${ports.proxy}`
  await answers(ports, programs)

  const started = undo.move()
  return {
    endpoint,
    region: 'us-east-1',
    accessKey: 'test:tester',
    secretKey: 'testing',
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}

async function writeSettings(folder: string, ports: Ports): Promise<void> {
  await mkdir(join(folder, 'disks', 'disk'), { recursive: true })
  await writeFile(
    join(folder, 'swift.conf'),
    '[swift-hash]\nswift_hash_path_suffix = test\nswift_hash_path_prefix = test\n',
  )
  const common = (port: number) =>
    `[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = ${port}\nswift_dir = ${folder}\nuser = ${userInfo().username}\nworkers = 0\n`
  for (const part of ['account', 'container', 'object'] as const) {
    const own = `devices = ${join(folder, 'disks')}\nmount_check = false\nfallocate_reserve = 0\n`
    const pipeline = `[pipeline:main]\npipeline = ${part}-server\n[app:${part}-server]\nuse = egg:swift#${part}\n`
    await writeFile(join(folder, `${part}.conf`), common(ports[part]) + own + pipeline)
  }
  await writeFile(join(folder, 'proxy.conf'), common(ports.proxy) + proxyPipeline)
}

/** There is no cache: nothing listens on port 1. */
const proxyPipeline = `
[pipeline:main]
pipeline = catch_errors cache s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
`

/** Waits for every part: the proxy alone answers 503 as long as one behind it does not listen. */
async function answers(ports: Ports, programs: readonly ChildProcess[]): Promise<void> {
  const giveUpAt = performance.now() + startWithinMs
  const silent = new Set<keyof Ports>(parts)
  while (performance.now() < giveUpAt && programs.every(({ exitCode }) => exitCode === null)) {
    for (const part of silent) if (await serves(part, ports[part])) silent.delete(part)
    if (silent.size === 0) return
    await scheduler.wait(100)
  }
  const ended = parts.filter((_, place) => programs[place]?.exitCode !== null)
  const silence = `no answer of ${[...silent].join(', ')} within ${startWithinMs} ms`
  throw missing(ended.length > 0 ? `${ended.join(', ')} ended` : silence)
}

/** The parts behind the proxy tell their names, so that nobody else who took the port is mistaken for them. */
async function serves(part: keyof Ports, port: number): Promise<boolean> {
  const [path, method] = part === 'proxy' ? ['info', 'GET'] : ['', 'OPTIONS']
  const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { method }).catch(() => undefined)
  await answer?.arrayBuffer()
  if (answer?.ok !== true) return false
  return part === 'proxy' || answer.headers.get('server')?.startsWith(`${part}-server/`) === true
}

function missing(why: string) {
  return problem('PACKAGES_MISSING', `OpenStack Swift (Debian's package python3-swift) did not start: ${why}`)
}

async function exitOf(program: ChildProcess): Promise<number | null> {
  const [code] = await once(program, 'exit').catch(() => [1])
  return typeof code === 'number' ? code : null
}

async function end(program: ChildProcess): Promise<void> {
  if (program.pid === undefined || program.exitCode !== null || program.signalCode !== null) return
  const exited = once(program, 'exit')
  program.kill('SIGKILL') // nothing of it is kept
  await exited
}
