import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { silentLog, systemClock } from '@narwhal/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pack } from 'tar-stream'
import { provideTestImage, testUserImage } from '../../../test/setup/provide-test-image.ts'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { failureOf, never, type StartedAttempt, startTestAttempt } from './engine-fixture.ts'
import { readTar, tarOf } from './tar-in-tests.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void // so V8 names it
const [files, fileBytes] = [1_000, 200_000]
let engine: Engine
let image: string

beforeAll(async () => {
  image = await provideTestImage()
  engine = openEngine('docker:', { clock: systemClock, log: silentLog(), dockerHost: process.env.DOCKER_HOST })
})
afterAll(() => engine[Symbol.asyncDispose]())

const unpack = (attempt: StartedAttempt, path: string, names: readonly string[]) =>
  attempt.container.unpackFiles(path, tarOf(names.map((name) => ({ name, content: name }))), { signal: never })

test('a thousand files of 200 MB go in and out without being held', async () => {
  await using attempt = await startTestAttempt(engine, image)
  const before = heldBytes()
  let [highest, packedBytes, watched] = [0, 0, 0]
  const watch = () => {
    if (++watched % 100 === 0) highest = Math.max(highest, heldBytes() - before)
  }

  await attempt.container.unpackFiles('many', largeTar(watch), { signal: never })
  await attempt.run("find many -type f | wc -l; du -sk many | cut -f1 | grep -c '^[12]......*'")
  for await (const bytes of (await attempt.container.packFiles('many', { signal: never })) ?? []) {
    packedBytes += bytes.length
    watch()
  }

  expect(await attempt.log()).toBe(`${files}\n1\n`)
  expect(packedBytes).toBeGreaterThan(files * fileBytes)
  expect(highest).toBeLessThan(48 * 1024 ** 2)
})

test.each([
  ['of the image', testUserImage, undefined, 'app app /tmp'],
  ['by name', 'root image', 'app', 'app app /tmp'],
  ['by number', 'root image', '1000', 'app app /tmp'],
  ['by number and group', 'root image', '1000:0', 'app root /tmp'],
  ['by name and name of a group', 'root image', 'root:app', 'root app /root'],
  ['that nobody knows', 'root image', '4711', 'UNKNOWN root /'],
])('files belong to the user of the steps: one %s', async (_, name, user, said) => {
  const [owner = '', group, home] = said.split(' ')
  await using attempt = await startTestAttempt(engine, name === 'root image' ? image : name, { ...(user && { user }) })

  await unpack(attempt, '~/made/deep', ['sub/file'])
  const script = "cd ~/made/deep; stat -c '%U %G' ~/made . sub sub/file; echo ~; touch sub/own && echo wrote"
  await attempt.run(script)

  const lines = Array.from({ length: 4 }, () => `${owner} ${group}\n`)
  expect(await attempt.log()).toBe(`${lines.join('')}${home}\nwrote\n`)
})

test('the home of the environment goes before that of the user', async () => {
  await using attempt = await startTestAttempt(engine, image, { env: { HOME: '/elsewhere' } })

  await unpack(attempt, '~/made', ['file'])

  expect(await attempt.run('test -f ~/made/file && test -f /elsewhere/made/file')).toMatchObject({ exitCode: 0 })
})

test('directories that are there keep their modes and their owners', async () => {
  await using attempt = await startTestAttempt(engine, image, { user: 'app' })
  await attempt.run('mkdir -p /tmp/there/below; chmod 700 /tmp/there; chmod 711 /tmp/there/below')

  await unpack(attempt, '/tmp/there/below', ['file'])
  await attempt.run("stat -c '%a %U' / /tmp /tmp/there /tmp/there/below", { index: 1 })

  expect(await attempt.log(1)).toBe('755 root\n1777 root\n700 app\n711 app\n')
})

test('links of the image in the way mean what they mean inside', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await attempt.run('mkdir /real; ln -s /real /tmp/link')

  await unpack(attempt, '/tmp/link/sub', ['file'])

  expect(await attempt.run('test -h /tmp/link && cat /real/sub/file', { index: 1 })).toMatchObject({ exitCode: 0 })
})

test('the contents of a directory are packed alone when it is named with a dot', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await unpack(attempt, 'context', ['Dockerfile', 'src/main'])

  const packed = await attempt.container.packFiles('context/.', { signal: never })
  const names = Object.keys(await readTar(packed ?? tarOf([])))

  expect(
    names
      .map((name) => name.replace(/^\.\//, ''))
      .filter((name) => name !== '.')
      .sort(),
  ).toEqual(['Dockerfile', 'src', 'src/main'])
})

test('an abort ends what is packed, and the container goes on', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await attempt.run('dd if=/dev/zero of=large bs=1M count=64')
  const cancel = new AbortController()

  const tar = await attempt.container.packFiles('large', { signal: cancel.signal })
  const reading = failureOf(buffer(slowly(tar ?? tarOf([]), () => cancel.abort('enough'))))

  expect(await reading).toBe('enough')
  expect(await attempt.run('true', { index: 1 })).toMatchObject({ exitCode: 0 })
})

test.each(['kill', 'dispose'] as const)('a %s does not wait for what nobody reads', async (end) => {
  await using attempt = await startTestAttempt(engine, image)
  await attempt.run('dd if=/dev/zero of=large bs=1M count=64')

  const tar = await attempt.container.packFiles('large', { signal: never })
  await (end === 'kill' ? attempt.container.kill() : attempt.container[Symbol.asyncDispose]())

  expect(await failureOf(buffer(tar ?? tarOf([])))).toMatchObject({ code: 'CONTAINER_GONE' })
})

test('an unpacking that is aborted does not wait for its tar', async () => {
  await using attempt = await startTestAttempt(engine, image)
  const cancel = new AbortController()
  const stuck = async function* () {
    yield* (async function* () {})()
    cancel.abort('enough')
    await new Promise(() => undefined)
  }

  expect(await failureOf(attempt.container.unpackFiles('there', stuck(), { signal: cancel.signal }))).toBe('enough')
})

test('names in the workspace that lead elsewhere are packed as links, and what they lead to is not', async () => {
  await using attempt = await startTestAttempt(engine, image)
  await mkdir(join(attempt.spec.workspacePath, 'out'))
  await writeFile(join(attempt.directory, 'secret'), 'of the machine')
  await attempt.run(`ln -s ${attempt.directory}/secret out/secret; ln -s / out/all`)

  const packed = await attempt.container.packFiles('out', { signal: never })
  const through = await attempt.container.packFiles('out/secret/.', { signal: never })

  expect(await readTar(packed ?? tarOf([]))).toMatchObject({
    'out/secret': { type: 'symlink', target: `${attempt.directory}/secret` },
    'out/all': { type: 'symlink', target: '/' },
  })
  expect(through).toBeUndefined()
})

async function* slowly(tar: AsyncIterable<Uint8Array>, whenBegun: () => void) {
  for await (const bytes of tar) {
    whenBegun()
    yield bytes
  }
}

async function* largeTar(watch: () => void): AsyncGenerator<Uint8Array> {
  const tar = pack()
  const content = Buffer.alloc(fileBytes, 'narwhal')
  const add = (index: number): void => {
    watch()
    if (index === files) return tar.finalize()
    tar.entry({ name: `d${index % 10}/file-${index}` }, content, () => add(index + 1))
  }
  add(0)
  for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes
}

/** Without what is garbage already. */
function heldBytes(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
