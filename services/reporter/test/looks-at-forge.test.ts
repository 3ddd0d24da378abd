import { expect, test, vi } from 'vitest'
import { build, eventsOf, sha } from './build-event.ts'
import { openForgeStandIn } from './open-forge-stand-in.ts'
import { openDirectory, openTestReporter } from './open-test-reporter.ts'

// What a reporter does with what the forge lists: it knows its own again, and never tells twice because it cannot look.

const [older, newer] = ['00000000-0000-7000-8000-00000000000a', 'ffffffff-ffff-7fff-bfff-ffffffffffff']
const ours = { id: 7, login: 'narwhal-bot' }
const other = { id: 8, login: 'narwhal-bot' } // names are given away and taken again
const publicUrl = 'https://ci.example.org'

function statusAt(targetUrl: string, state = 'success') {
  return { state, description: 'passed', context: 'narwhal', target_url: targetUrl }
}

async function openAlone() {
  await using undo = new AsyncDisposableStack()
  const forge = undo.use(await openForgeStandIn())
  const directory = undo.use(await openDirectory())
  const open = () => openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const owned = undo.move()
  return { forge, open, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

test.each([
  ['another account, of a build that we do not know', `${publicUrl}/v1/builds/${newer}`, other],
  ['another account, of a build elsewhere', `https://evil.example/builds/${newer}`, other],
  ['our account, of a build elsewhere', `https://evil.example/v1/builds/${newer}`, ours],
  ['our account, of a page below ours', `${publicUrl}/v1/builds/evil/builds/${newer}`, ours],
  ['our account, of an address that only begins as ours', `${publicUrl}.evil.example/v1/builds/${newer}`, ours],
])('a status of %s is never told with our token', async (_, targetUrl, creator) => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  alone.forge.take(sha(), statusAt(targetUrl), creator)

  await reporter.publish(eventsOf({ id: older }, { outcome: 'failed' }).finished)
  await reporter.settled()

  expect(alone.forge.posted.map(({ body }) => body.state)).toEqual(['failure'])
  expect(alone.forge.listed).not.toEqual([])
})

test('where the forge does not say whose a status is, nothing is looked at and nothing told again', async () => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  alone.forge.hideCreators()
  alone.forge.take(sha(), statusAt(`${publicUrl}/v1/builds/${newer}`), ours)

  await reporter.publish(eventsOf({ id: older }, { outcome: 'failed' }).finished)
  await reporter.settled()

  expect(alone.forge.posted).toHaveLength(1)
  expect(alone.forge.listed).toEqual([])
})

test('what was covered is found behind hundreds of statuses of others', async () => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  alone.forge.take(sha(), statusAt(`${publicUrl}/v1/builds/${newer}`), ours)
  const another = { ...statusAt('https://other.example/1'), context: 'another' }
  for (let count = 0; count < 250; count++) alone.forge.take(sha(), another, other)

  await reporter.publish(eventsOf({ id: older }, { outcome: 'failed' }).finished)
  await reporter.settled()

  expect(alone.forge.posted.map(({ body }) => body.state)).toEqual(['failure', 'success'])
})

test('no more than a thousand statuses are looked through', async () => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  const another = { ...statusAt('https://other.example/1'), context: 'another' }
  for (let count = 0; count < 1_500; count++) alone.forge.take(sha(), another, other)

  await reporter.publish(eventsOf().finished)
  await reporter.settled()

  expect(alone.forge.listed).toHaveLength(10)
})

test('a look that fails for hours, and through a restart, tells nothing twice', async () => {
  await using alone = await openAlone()
  const { forge } = alone
  for (let count = 0; count < 8; count++) forge.listAnswers.push({ status: 502 })
  {
    await using first = await alone.open()
    await first.publish(eventsOf().finished)
    await vi.waitFor(async () => {
      await first.clock.advance(60_000)
      expect(forge.listed.length).toBeGreaterThan(3)
    })
  }

  await using second = await alone.open()
  await second.settled()

  expect(forge.posted).toHaveLength(1)
  expect(forge.listed).toHaveLength(9)
})

test('what was told again is not told once more because the look after it failed', async () => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  alone.forge.take(sha(), statusAt(`${publicUrl}/v1/builds/${newer}`), ours)
  alone.forge.listAnswers.push({ status: 200 }, { status: 502 })

  await reporter.publish(eventsOf({ id: older }, { outcome: 'failed' }).finished)
  await reporter.settled()

  expect(alone.forge.posted.map(({ body }) => body.state)).toEqual(['failure', 'success'])
})

test('an end is told although nobody could look what the status before it covered', async () => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  const { queued, started, finished } = eventsOf()
  for (let count = 0; count < 4; count++) alone.forge.listAnswers.push({ status: 500 })
  await reporter.publish(queued)
  await vi.waitFor(() => expect(alone.forge.listed).not.toEqual([]))

  await reporter.publish(started, finished)
  await reporter.settled()

  expect(alone.forge.shown()).toEqual(['pending', 'success'])
})

const deliveredReply: unknown = expect.objectContaining({
  report: { target: 'github-status', state: 'delivered', at: expect.any(Number) as unknown },
})

test('what was told counts as told although the forge does not show again what that has covered', async () => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  alone.forge.take(sha(), statusAt(`${publicUrl}/v1/builds/${newer}`), ours)
  alone.forge.answers.push({ status: 201 }, { status: 422 })

  await reporter.publish(eventsOf({ id: older }, { outcome: 'failed' }).finished)
  await reporter.settled()

  expect(alone.forge.posted).toHaveLength(2)
  await vi.waitFor(() => expect(reporter.replies).toContainEqual(deliveredReply))
})

test.each([401, 403, 404])('a look that the forge answers with %i is no reason to tell again', async (status) => {
  await using alone = await openAlone()
  await using reporter = await alone.open()
  for (let count = 0; count < 20; count++) alone.forge.listAnswers.push({ status })

  await reporter.publish(eventsOf({ commit: build().commit }).finished)
  await reporter.settled()

  expect(alone.forge.posted).toHaveLength(1)
  expect(alone.forge.listed).toHaveLength(status === 404 ? 1 : 5)
  await vi.waitFor(() => expect(reporter.replies).toHaveLength(2))
  expect(reporter.replies).toContainEqual(deliveredReply)
})
