import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog, systemClock } from '@narwhal/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSmallDisk } from '../../../test/chaos/rig/small-disk.ts'
import { provideTestImage, testUserImage } from '../../../test/setup/provide-test-image.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine, socketPathOf } from '../engine/open-engine.ts'
import { type AttemptOverrides, failureOf, runTestStep, startTestAttempt } from './engine-fixture.ts'

let engine: Engine
let image: string

beforeAll(async () => {
  image = await provideTestImage()
  engine = openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST })
})
afterAll(() => engine[Symbol.asyncDispose]())

const start = (overrides: AttemptOverrides = {}) => startTestAttempt(engine, image, overrides)

test('stdout and stderr come in the order in which they were written', async () => {
  await using attempt = await start()

  await attempt.run('for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; sh -c "echo child $i"; done')

  const lines = [1, 2, 3, 4, 5].map((i) => `out ${i}\nerr ${i}\nchild ${i}\n`)
  expect(await attempt.log()).toBe(lines.join(''))
})

test('opening /dev/stdout anew does not truncate the log', async () => {
  await using attempt = await start()

  await attempt.run('echo one\necho two > /dev/stdout\necho three > /dev/stderr\necho four >> /proc/self/fd/1')

  expect(await attempt.log()).toBe('one\ntwo\nthree\nfour\n')
})

test.each(['docker:', 'host:'])('a step whose output no longer fits on the disk does not pass: %s', async (url) => {
  await using undo = new AsyncDisposableStack()
  const root = await mkdtemp(join(tmpdir(), 'narwhal-small-'))
  undo.defer(() => rm(root, { recursive: true }))
  const spoolPath = join(root, 'spool')
  undo.use(await openSmallDisk('spool', spoolPath, 1))
  const deps = { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST, path: process.env['PATH'] }
  const own = undo.use(openEngine(url, deps))
  await using attempt = await startTestAttempt(own, image, { spoolPath })

  const failure = await failureOf(attempt.run('yes | head -c 4000000; echo done'))

  expect(failure).toMatchObject({ code: 'DISK_FULL' })
})

test('a process left in the background keeps neither the step nor the log open, and lives on', async () => {
  await using attempt = await start()
  const background = '(while :; do echo beat; touch alive; sleep 0.1; done) & echo started'

  const end = await attempt.run(background, { index: 0 })
  const size = (await attempt.log(0)).length
  const next = await attempt.run('rm -f alive\nuntil [ -e alive ]; do sleep 0.05; done\necho alive', { index: 1 })

  expect(end.exitCode).toBe(0)
  expect(next.exitCode).toBe(0)
  expect(await attempt.log(1)).toBe('alive\n')
  expect((await attempt.log(0)).length).toBe(size)
})

test('five megabytes of output arrive byte by byte, also those of a late child', async () => {
  await using attempt = await start()
  const bytes = Buffer.from(Array.from({ length: 5_000_000 }, (_, index) => (index * 7919 + (index >> 8)) & 255))
  await writeFile(join(attempt.spec.workspacePath, 'bytes'), bytes)

  const end = await attempt.run('cat bytes & echo -n; wait')

  expect(end.exitCode).toBe(0)
  expect((await readFile(join(attempt.spec.spoolPath, 'step-0.log'))).equals(bytes)).toBe(true)
})

test('output beyond the cap stops neither the step nor the disk', async () => {
  await using attempt = await start()

  const end = await attempt.run('yes | head -c 50000000; echo done > proof', { logCapBytes: 100_000 })

  expect(end.exitCode).toBe(0)
  expect((await attempt.log()).length).toBe(Math.ceil(100_000 / 512) * 512)
  expect(await readFile(join(attempt.spec.workspacePath, 'proof'), 'utf8')).toBe('done\n')
})

test('a script may be longer than arguments may be, and reads nothing from stdin', async () => {
  await using attempt = await start()
  const long = `cat; echo ${'x'.repeat(300_000)} | wc -c`

  await attempt.run(long)

  expect((await attempt.log()).trim()).toBe('300001')
})

test('the environment of a step arrives whatever its names', async () => {
  await using attempt = await start()
  const names = ['file', 'key', 'count', 'code', 'kills', 'before', 'timer', 'drained', 'copy', 'relay']

  await attempt.run(names.map((name) => `echo "$${name}"`).join('\n'), {
    env: Object.fromEntries(names.map((name) => [name, `my ${name}`])),
  })

  expect(await attempt.log()).toBe(names.map((name) => `my ${name}\n`).join(''))
})

test('an image of another user writes to the workspace that root has filled', async () => {
  await using attempt = await startTestAttempt(engine, testUserImage)
  const file = join(attempt.spec.workspacePath, 'from-checkout')
  await writeFile(file, 'a')
  await chmod(file, 0o644)

  const end = await attempt.run('id -un; echo b >> from-checkout; echo c > new; grep CapEff /proc/self/status')

  expect(end.exitCode).toBe(0)
  expect(await attempt.log()).toBe('app\nCapEff:\t0000000000000000\n')
  expect(await readFile(file, 'utf8')).toBe('ab\n')
  expect((await stat(join(attempt.spec.workspacePath, 'new'))).uid).toBe(1000)
})

test('steps of several users, in several containers, go on where the one before stopped', async () => {
  await using attempt = await start()
  await using other = await attempt.startContainer({ image: testUserImage })
  const write = 'id -un >> file; umask 077; mkdir $0-$$; cat file'

  await attempt.run(write, { index: 0 })
  await runTestStep(other, write, { index: 1 })
  await attempt.run(write, { index: 2 })
  await attempt.run(write, { index: 3, user: 'app' })
  await attempt.run('id -u > own; chmod 600 own', { index: 4, user: '4711' })
  const end = await runTestStep(other, 'cat own; echo more >> own; cat file', { index: 5 })

  expect(end).toMatchObject({ exitCode: 0 })
  expect(await attempt.log(5)).toBe('4711\nroot\napp\nroot\napp\n')
})

test.each(['nobody-we-know', 'root:nobody-we-know', '-5', '99999999999'])(
  'a user %s is a problem of the user',
  async (user) => {
    await using attempt = await start()

    await expect(attempt.run('true', { user })).rejects.toMatchObject({ code: 'STEP_USER_MISSING' })
  },
)

test('what is asked in the way that Podman needs is answered by Docker, too', async () => {
  const url = `podman:${socketPathOf('docker:', process.env.DOCKER_HOST)}`
  await using podman = openEngine(url, { clock: systemClock, log: silentLog() })
  await using attempt = await startTestAttempt(podman, image)
  const cancel = new AbortController()

  const ends = [
    await attempt.run('(while :; do sleep 0.1; done) & echo started; exit 7', { index: 0 }),
    await attempt.run('true', { index: 1, user: 'app' }),
  ]
  const stuck = failureOf(attempt.run('sleep 3600', { index: 2, signal: cancel.signal }))
  cancel.abort('enough')

  expect(ends.map(({ exitCode }) => exitCode)).toEqual([7, 0])
  expect(await attempt.log(0)).toBe('started\n')
  expect(await stuck).toBe('enough')
})

test('a limit of the disk is kept where the engine can, and else the step runs without', async () => {
  await using attempt = await start({ resources: { diskBytes: 1024 ** 3 } })

  expect(await attempt.run('true')).toMatchObject({ exitCode: 0 })
})

test('an abort kills what detached itself from the shell', async () => {
  await using attempt = await start()
  const cancel = new AbortController()
  const script = 'setsid sh -c "while :; do date +%s%N > pulse; done" & echo $$; sleep 3600'

  const running = attempt.run(script, { signal: cancel.signal })
  const failure = failureOf(running)
  const pulse = join(attempt.spec.workspacePath, 'pulse')
  await expect.poll(() => stat(pulse).catch(() => undefined), { timeout: 10_000 }).toBeDefined()
  cancel.abort('cancelled')
  expect(await failure).toBe('cancelled')

  await writeFile(pulse, 'silent')
  await using next = await start() // as long as it takes to start another
  expect(await next.run('true')).toMatchObject({ exitCode: 0 })
  expect(await readFile(pulse, 'utf8')).toBe('silent')
})

test('a step that runs out of memory says so, and the next one is judged anew', async () => {
  await using attempt = await start({ resources: { memoryBytes: 32 * 1024 ** 2 } })

  const hungry = await attempt.run('dd if=/dev/zero of=/dev/null bs=512M count=1', { index: 0 })
  const other = await attempt.run('exit 7', { index: 1 })

  expect(hungry).toMatchObject({ outOfMemory: true })
  expect(hungry.exitCode).not.toBe(0)
  expect(other).toEqual({ exitCode: 7, outOfMemory: false })
})

test('a step cannot start more processes than its limit', async () => {
  await using attempt = await start({ resources: { pids: 32 } })

  const end = await attempt.run('i=0; while [ $i -lt 64 ]; do sleep 60 & i=$((i+1)); done', { index: 0 })

  expect(end.exitCode).not.toBe(0)
  expect(await attempt.log()).toContain("can't fork")
})

test('a step that kills its own shell has failed, not vanished', async () => {
  await using attempt = await start()

  expect(await attempt.run('kill -9 $$')).toEqual({ exitCode: 137, outOfMemory: false })
  expect(await attempt.run('true', { index: 1 })).toMatchObject({ exitCode: 0 })
})

test('a step that kills everything it can reach ends with a problem', async () => {
  await using attempt = await start()

  await expect(attempt.run('kill -9 -1; sleep 60')).rejects.toMatchObject({ code: 'CONTAINER_GONE' })
})
