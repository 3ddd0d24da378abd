import { listRunners, type Offer, type PlannedJob } from '@narwhal/protocol'
import { openStore } from '@narwhal/store'
import { expect, test } from 'vitest'
import {
  eventually,
  leaseMs,
  noLog,
  openDispatcher,
  planFirst,
  planOf,
  plannedJob,
  type Rig,
} from './open-dispatcher.ts'
import { openPresence, type PaperRunner } from './paper-runner.ts'

/** Ada holds the one job, and Bob has a free slot. */
async function openStage(rig: Rig) {
  const ada = await rig.runner('ada', 1)
  const offer = await planFirst(rig, ada)
  const bob = await rig.runner('bob', 1)
  return { ada, bob, offer }
}

/** Ten seconds, in which whatever was begun by the end of a stream comes to its end. The lease has three times that. */
async function timePasses({ clock }: Rig): Promise<void> {
  for (let step = 0; step < 50; step++) await clock.advance(10_000 / 50)
}

async function statesOf(rig: Rig, { buildId, jobName }: Offer) {
  const { jobs } = await rig.build(buildId)
  return jobs.find(({ name }) => name === jobName)?.attempts.map(({ state, runner }) => `${state} ${runner}`)
}

/** Its process dies: the stream ends, and nobody is at its address. */
async function die(runner: PaperRunner, stream: AsyncDisposable): Promise<void> {
  await runner.leaveAddress()
  await stream[Symbol.asyncDispose]()
}

async function isSilent({ client, call }: Rig, { id }: PaperRunner): Promise<void> {
  const { runners } = await client.call(listRunners, call)
  expect(runners.find((one) => one.id === id)?.state).toBe('silent')
}

test('the job of a runner that died runs elsewhere long before its lease ends', async () => {
  await using rig = await openDispatcher()
  const { ada, bob, offer } = await openStage(rig)
  const stream = await ada.present()

  await die(ada, stream)
  await timePasses(rig)

  expect(await bob.offer(0)).toMatchObject({ jobId: offer.jobId, attempt: 2 })
  expect(await statesOf(rig, offer)).toEqual(['lost ada', 'leased bob'])
  await expect(ada.renew(offer)).rejects.toMatchObject({ code: 'ATTEMPT_STALE' })
})

test('a runner that loses its stream a moment before its address has died too', async () => {
  await using rig = await openDispatcher()
  const { ada, bob, offer } = await openStage(rig)
  const stream = await ada.present()

  await stream[Symbol.asyncDispose]()
  await rig.clock.advance(200)
  await ada.leaveAddress()
  await timePasses(rig)

  expect(await bob.offer(0)).toMatchObject({ jobId: offer.jobId, attempt: 2 })
})

test('a plan of a runner that died is given away too', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push()
  const plan = await ada.offer(0)
  const bob = await rig.runner('bob')

  await die(ada, await ada.present())
  await timePasses(rig)

  expect(await bob.offer(0)).toMatchObject({ jobId: plan.jobId, attempt: 2 })
})

const stays: readonly (readonly [string, Partial<PlannedJob>])[] = [
  ['a job with `lost: fail`', { lost: 'fail' }],
  ['a job with an environment', { environment: 'production' }],
  ['a job with concurrency', { concurrency: { group: 'g', limit: 2, cancelSuperseded: false } }],
  ['a job that nobody else can run', { labels: ['only=ada'] }],
]

test.each(stays)('%s waits for the end of the lease', async (_, planned) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1, ['only=ada'])
  await rig.push()
  const { next: offer } = await ada.report(await ada.offer(0), planOf([plannedJob('build', planned)]))
  await rig.runner('bob', 1)

  await die(ada, await ada.present())
  await timePasses(rig)

  expect(offer && (await statesOf(rig, offer))).toEqual(['leased ada'])
  await rig.clock.advance(leaseMs)
  expect(offer && (await statesOf(rig, offer))?.[0]).toBe('lost ada')
})

test('while nobody else has a free slot the job waits for its runner', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  await rig.push()
  const { next: offer } = await ada.report(await ada.offer(0), planOf([plannedJob('build')]))

  await die(ada, await ada.present())
  await timePasses(rig)

  expect(offer && (await statesOf(rig, offer))).toEqual(['leased ada'])
})

test('a runner that is still at its address keeps everything, also when its stream ends', async () => {
  await using rig = await openDispatcher()
  const { ada, offer } = await openStage(rig)

  await (await ada.present())[Symbol.asyncDispose]()
  await timePasses(rig)

  expect(await statesOf(rig, offer)).toEqual(['leased ada'])
})

const signs: readonly (readonly [string, (runner: PaperRunner, offer: Offer) => Promise<unknown>])[] = [
  ['renewed an attempt', (ada, offer) => ada.renew(offer)],
  ['told something', (ada, offer) => ada.report(offer, { events: [{ type: 'started', sequence: 1, at: 1 }] })],
  ['sent a heartbeat', (ada) => ada.heartbeat()],
  ['registered again', (ada) => ada.registerAgain()],
  ['came back as another process, going on with its attempts', (ada, offer) => ada.register([offer.attemptId])],
  ['opened its stream again', (ada) => ada.present()],
]

test.each(signs)('a runner that %s before the last refusal keeps everything', async (_, live) => {
  await using rig = await openDispatcher()
  const { ada, offer } = await openStage(rig)
  await die(ada, await ada.present())
  await eventually(() => isSilent(rig, ada))

  await live(ada, offer)
  await timePasses(rig)

  expect((await statesOf(rig, offer))?.[0]).toMatch(/^(?:leased|running) ada$/)
})

test('a runner that told the result of one attempt before the last refusal keeps the others', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await rig.push({ commit: { sha: 'b'.repeat(40) } })
  const other = await ada.offer(1)
  await rig.runner('bob')
  await die(ada, await ada.present())
  await eventually(() => isSilent(rig, ada))

  await ada.report(other, { result: { ending: { outcome: 'failed', code: 'STEP_FAILED' }, at: 1, log: noLog } })
  await timePasses(rig)

  expect(await statesOf(rig, offer)).toEqual(['leased ada'])
})

test('a runner that another dispatcher hears of keeps everything', async () => {
  await using store = await openStore('memory:')
  await using rig = await openDispatcher({ store })
  await using other = await openDispatcher({ store })
  const { ada, offer } = await openStage(rig)
  await die(ada, await ada.present())
  await eventually(() => isSilent(rig, ada))

  await openPresence(other.url, ada.id, other.runnerToken)
  await timePasses(rig)

  expect(await statesOf(rig, offer)).toEqual(['leased ada'])
})

test('a newer stream takes the place of the older, and nobody looks for the runner', async () => {
  await using rig = await openDispatcher()
  const { ada, offer } = await openStage(rig)
  const older = await ada.present()
  await using newer = await ada.present()
  await ada.leaveAddress()

  await older[Symbol.asyncDispose]()
  await timePasses(rig)

  expect(newer).toBeDefined()
  expect(await statesOf(rig, offer)).toEqual(['leased ada'])
})

test('nobody looks for a runner that has left', async () => {
  await using rig = await openDispatcher()
  const { ada, offer } = await openStage(rig)
  const stream = await ada.present()

  await ada.unregister()
  await die(ada, stream)
  await timePasses(rig)

  expect(await statesOf(rig, offer)).toEqual(['lost ada', 'leased bob'])
})

test('a dispatcher that stops looks for nobody, and gives nothing away', async () => {
  await using store = await openStore('memory:')
  const rig = await openDispatcher({ store })
  const { ada, offer } = await openStage(rig)
  await ada.present()
  await ada.leaveAddress()

  await rig[Symbol.asyncDispose]()
  await timePasses(rig)

  await using next = await openDispatcher({ store })
  await timePasses(next)
  expect(await statesOf(next, offer)).toEqual(['leased ada'])
})

test('a runner that is gone is offered nothing until it is heard of again', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await die(ada, await ada.present())
  await eventually(() => isSilent(rig, ada))

  await rig.push()
  await timePasses(rig)
  const before = await rig.builds()
  await ada.heartbeat()
  await timePasses(rig)

  expect(before[0]?.jobs[0]?.attempts).toEqual([])
  expect((await rig.builds())[0]?.jobs[0]?.attempts[0]).toMatchObject({ runner: 'ada' })
})

test('a presence stream needs the token of runners, and a runner that is registered', async () => {
  await using rig = await openDispatcher()
  const { ada } = await openStage(rig)
  const asked = async (id: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const { status } = await fetch(`${rig.url}/v1/runners/${id}/presence`, { headers })
    return status
  }

  expect(await asked(ada.id, rig.apiToken)).toBe(401)
  expect(await asked(ada.id, '')).toBe(401)
  expect(await asked(crypto.randomUUID(), rig.runnerToken)).toBe(404)
})
