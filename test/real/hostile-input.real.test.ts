import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { provideRabbitmq } from '../setup/provide-rabbitmq.ts'
import {
  almostHttp,
  badJson,
  chunkedRequest,
  largeBody,
  noise,
  request,
  type Target,
  targetsOf,
} from './hostile-requests.ts'
import { commitMany, expectOneOfEach, tellAll } from './many-pushes.ts'
import { openSilent, type RawEnd, sendRaw } from './raw-request.ts'
import { type Cluster, startCluster } from './start-cluster.ts'

const mebibyte = 1024 ** 2
const opened = new AsyncDisposableStack()
let cluster: Cluster
let targets: readonly Target[]
let bytesBefore: readonly number[]

beforeAll(async () => {
  const { url } = opened.use(await provideRabbitmq())
  cluster = opened.use(await startCluster({ amqpUrl: url, runners: 1, slots: 1 }))
  targets = targetsOf(cluster)
  bytesBefore = await residentBytes()
})
afterAll(() => opened.disposeAsync())
beforeEach(({ onTestFailed }) => onTestFailed(() => cluster.printLogs()))

test('bytes that are no HTTP are refused by every port', async () => {
  const parts = [...noise(), ...almostHttp]

  const ends = await eachTarget((target) => Promise.all(parts.map((part) => sendRaw(target.url, [part, '\r\n\r\n']))))

  expect(ends.flatMap(badEnds)).toEqual([])
  await allAnswer()
})

test('a body of 26 MB is refused by every port, with a length and without, from whoever it comes', async () => {
  const ends = await eachTarget((target) =>
    Promise.all([
      sendRaw(target.url, request(target, target.right(''), largeBody())),
      sendRaw(target.url, request(target, {}, largeBody())),
      sendRaw(target.url, chunkedRequest(target, target.right(''), largeBody())),
      sendRaw(target.url, chunkedRequest(target, target.wrong(''), largeBody())),
    ]),
  )

  expect(ends.flatMap(badEnds)).toEqual([])
  await allAnswer()
})

test('a wrong token or signature is refused by every port', async () => {
  const body = '{"repository":"ada/engine"}'

  const ends = await eachTarget(async (target) => [
    await sendRaw(target.url, request(target, target.wrong(body), [body])),
  ])

  expect(ends.map(({ statuses }) => statuses)).toEqual(targets.map(({ refused }) => [refused]))
  await allAnswer()
})

test('bad JSON is refused by every port, also from those who may call', async () => {
  const ends = await eachTarget((target) =>
    Promise.all(badJson.map((body) => sendRaw(target.url, request(target, target.right(body), [body])))),
  )

  expect(ends.flatMap(badEnds)).toEqual([])
  await allAnswer()
})

test('three hundred silent connections keep nobody from an answer', async () => {
  await using silent = new AsyncDisposableStack()
  for (const { url } of targets) {
    silent.use(await openSilent(url, 150))
    silent.use(await openSilent(url, 150, 'POST /v1/builds HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{'))
  }

  await allAnswer()
  const pushes = await commitMany(cluster, { name: 'besieged', count: 1, seconds: 0.1 })
  expect(await tellAll(cluster, pushes)).toEqual([202])
  await expectOneOfEach(cluster, pushes)
})

test('after all this the memory of every service is bounded', async () => {
  const grown = (await residentBytes()).map((bytes, index) =>
    Math.round((bytes - (bytesBefore[index] ?? 0)) / mebibyte),
  )

  console.log(`memory grown by ${cluster.all.map(({ name }, index) => `${name} ${grown[index]} MiB`).join(', ')}`)
  expect(grown.filter((mebibytes) => mebibytes > 250)).toEqual([])
})

test('connections that say nothing do not keep a service from ending', async () => {
  await using silent = new AsyncDisposableStack()
  const half = 'POST /v1/builds HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{'
  for (const { url } of cluster.all) {
    silent.use(await openSilent(url, 5))
    silent.use(await openSilent(url, 5, half))
  }

  const exits = await Promise.all(cluster.all.map((program) => program.end()))

  expect(exits).toEqual(cluster.all.map(() => 0))
})

interface TargetEnds {
  readonly target: string
  readonly statuses: readonly RawEnd[]
}

async function eachTarget(send: (target: Target) => Promise<readonly RawEnd[]>): Promise<readonly TargetEnds[]> {
  const ends: TargetEnds[] = []
  for (const target of targets) {
    const statuses = await send(target)
    ends.push({ target: `${target.name} ${target.path}`, statuses })
  }
  return ends
}

/** Answers that are neither 4xx nor an end of the connection. */
function badEnds({ target, statuses }: TargetEnds): readonly string[] {
  return statuses.flatMap((status, index) =>
    status === 'closed' || (status >= 400 && status < 500) ? [] : [`${target} #${index}: ${status}`],
  )
}

/** Every service answers on, is ready, and is the same process as before. */
async function allAnswer(): Promise<void> {
  await cluster.isReady()
}

function residentBytes(): Promise<readonly number[]> {
  return Promise.all(cluster.all.map((program) => program.residentBytes()))
}
