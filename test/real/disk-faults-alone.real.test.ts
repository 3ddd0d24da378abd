import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { newToken } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRepository, type MadeRepository } from '../../libs/git/test/make-repository.ts'
import { openSmallDisk, type SmallDisk } from '../chaos/rig/small-disk.ts'
import { freePort } from '../setup/free-port.ts'
import { provideTestImage } from '../setup/provide-test-image.ts'
import { until } from '../setup/until.ts'
import { breakSyncs } from './break-syncs.ts'
import { type ClusterRest, clusterRest } from './cluster-rest.ts'
import { testImage } from './many-pushes.ts'
import { serviceProgram, type ServiceProgram } from './service-program.ts'
import { signedPush } from './signed-push.ts'
import { removeFromEngine } from './what-is-left.ts'

// `narwhal up`, all on SQLite and one small disk; and blobs in a directory, in a process of their own.

const patience = { timeoutMs: 60_000, intervalMs: 50 }
const program = fileURLToPath(new URL('./write-blob.ts', import.meta.url))
const exec = promisify(execFile)

const opened = new AsyncDisposableStack()
let root: string
let disk: SmallDisk
let repository: MadeRepository
let narwhal: ServiceProgram
let rest: ClusterRest
const tokens = { api: newToken(), webhook: newToken() }

beforeAll(async () => {
  await provideTestImage()
  root = await mkdtemp(join(tmpdir(), 'narwhal-disk-'))
  opened.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }))
  disk = opened.use(await mountDisk('data', 24))
  repository = opened.use(await makeRepository())
  await mkdir(join(root, 'repositories', 'ada'), { recursive: true })
  await symlink(repository.path, join(root, 'repositories', 'ada', 'alone'))
  opened.defer(() => removeFromEngine([join(disk.path, 'runner')]))
  const settings = {
    DATA: disk.path,
    API_TOKEN: tokens.api,
    GITHUB_WEBHOOK_SECRET: tokens.webhook,
    CLONE_URL_TEMPLATE: join(root, 'repositories', '{owner}', '{name}'),
    LEASE_MS: '10000',
    SETUP: '0',
  }
  narwhal = opened.use(
    serviceProgram({ name: 'narwhal', service: 'narwhal', port: await freePort(), settings, logs: root }),
  )
  await narwhal.start()
  rest = opened.use(clusterRest(narwhal.url, tokens.api))
})
afterAll(() => opened.disposeAsync())

async function mountDisk(name: string, mebibytes: number): Promise<SmallDisk> {
  const mounted = await openSmallDisk(name, join(root, name), mebibytes)
  if (mounted === undefined) throw problem('PACKAGES_MISSING', 'these tests mount disks of their own: run them as root')
  return mounted
}

async function commits(count: number): Promise<readonly string[]> {
  const shas: string[] = []
  for (let made = 0; made < count; made += 1)
    shas.push(await repository.commit({ 'narwhal.yml': `image: ${testImage}\nrun: echo ${made} ${newToken()}\n` }))
  return shas
}

/** The answer to the delivery of each, absent where the connection ended without one. */
function tellAll(shas: readonly string[]): Promise<readonly (number | undefined)[]> {
  return Promise.all(
    shas.map((sha) =>
      fetch(`${narwhal.url}/webhooks/github`, signedPush({ owner: 'ada', name: 'alone', sha }, tokens.webhook)).then(
        ({ status }) => status,
        () => undefined,
      ),
    ),
  )
}

async function expectOneOfEach(shas: readonly string[]): Promise<void> {
  await until(async () => {
    const builds = await Promise.all(shas.map((sha) => rest.buildsOf(sha)))
    const outcomes = builds.map((all) => all.map(({ ending }) => ending?.outcome))
    expect(outcomes).toEqual(shas.map(() => ['passed']))
  }, patience)
}

test.each(['queue.sqlite-wal', 'store.sqlite-wal', 'agent/inbox.sqlite-wal', 'reporter/outbox.sqlite-wal'])(
  'all in one process end when %s does not sync, and lose nothing',
  async (file) => {
    const shas = await commits(3)

    const broken = await breakSyncs(narwhal.pid(), join(disk.path, file))
    const answers = await tellAll(shas)
    const code = await narwhal.ended()
    const said = await narwhal.logTail(20)
    await broken[Symbol.asyncDispose]()
    await narwhal.start()
    await tellAll(shas.filter((_, place) => answers[place] !== 202))

    expect(answers.filter((status) => status !== undefined && status !== 202 && status !== 503)).toEqual([])
    expect([code, said]).toEqual([74, expect.stringContaining('DISK_BROKEN')])
    await expectOneOfEach(shas)
  },
)

test('all in one process say 503 while their disk is full, and go on when there is room', async () => {
  const shas = await commits(3)
  await narwhal.end()
  await narwhal.start()

  await disk.fill()
  const answers = await tellAll(shas)
  await disk.free()
  await until(async () => expect(await narwhal.isReady()).toBe(true), patience)
  const again = await tellAll(shas)

  expect(answers).toEqual([503, 503, 503])
  expect(again).toEqual([202, 202, 202])
  await expectOneOfEach(shas)
})

async function writeBlob(directory: string, bytes: number, under: readonly string[] = []): Promise<string> {
  const [command, ...argv] = [...under, process.execPath, program, directory, String(bytes)]
  return (await exec(command, argv)).stdout
}

async function filesIn(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).map(({ name }) => name)
}

test('a blob whose file does not sync is not written, and the next one is', async () => {
  const directory = join(root, 'blobs-1')
  const strace = [
    'strace',
    '-f',
    '-o',
    '/dev/null',
    '-e',
    'trace=fsync,fdatasync',
    '-e',
    'inject=fsync,fdatasync:error=EIO',
  ]

  const broken = await writeBlob(directory, 1_000, strace)
  const left = await filesIn(directory)
  const whole = await writeBlob(directory, 1_000)

  expect(broken).toBe('BLOB_STORE_UNAVAILABLE')
  expect(left).toEqual([])
  expect(whole).toBe('written')
  expect(await filesIn(directory)).toEqual(['a.gz@'])
})

test('a blob that fills its disk is not written, and leaves the room to others', async () => {
  await using small = await mountDisk('blobs', 1)

  const tooLarge = await writeBlob(small.path, 2_000_000)
  const left = await filesIn(small.path)
  const fits = await writeBlob(small.path, 500_000)

  expect(tooLarge).toBe('BLOB_SPACE_FULL')
  expect(left).toEqual([])
  expect(fits).toBe('written')
})
