import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { scheduler } from 'node:timers/promises'
import { silentLog } from '@narwhal/host'
import { type Offer, problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { observedClock } from './observed-clock.ts'
import { openTestRunner, poll } from './open-test-runner.ts'

const sleeper = 'image: busybox\nrun: sleep 10000\n'

/** A runner that is in the middle of a step, on a clock that stands still. */
async function openBusyRunner(pipeline = sleeper, changes: Partial<Offer> = {}) {
  const clock = observedClock()
  const runner = await openTestRunner({ pipeline, clock })
  const offer = runner.newOffer(changes)
  await runner.offer(offer)
  await runner.untilStepStarted(offer.attemptId)
  return Object.assign(runner, { clock, attemptId: offer.attemptId })
}

test('an attempt whose lease cannot be renewed kills its container before the lease ends', async () => {
  await using runner = await openBusyRunner()
  runner.dispatcher.fate = (call) => (call === 'renew' ? 'refused' : 'served')

  await runner.clock.advance(24_999)
  const before = runner.liveContainers()
  await runner.clock.advance(1)
  await poll(() => runner.liveContainers() === 0)

  expect(before).toBe(1)
  expect(runner.clock.monotonic()).toBeLessThan(30_000)
  expect(runner.dispatcher.attempt(runner.attemptId).result).toBeUndefined()
})

test('a lease that is renewed every third of its length lasts', async () => {
  await using runner = await openBusyRunner()
  const renewals = () => runner.dispatcher.calls.filter((call) => call === 'renew').length
  const atOnce = renewals()

  for (let third = 1; third <= 9; third++) {
    await poll(() => runner.clock.sleeping(10_000) === 1)
    await runner.clock.advance(10_000)
    await poll(() => renewals() === atOnce + third)
  }

  expect(runner.liveContainers()).toBe(1)
  await runner.cancel(runner.attemptId, 'the test is over')
})

test('an offer that came when its lease was over starts no container', async () => {
  await using runner = await openTestRunner({ pipeline: sleeper })
  runner.dispatcher.objection = (call) =>
    call === 'renew' ? problem('ATTEMPT_STALE', 'attempt 2 has taken its place') : undefined
  const offer = runner.newOffer()

  await runner.offer(offer)
  await poll(async () => (await runner.metrics()).includes('{outcome="abandoned"} 1'))

  expect(runner.engineCalls.filter(({ call }) => call === 'startContainer')).toEqual([])
  expect(runner.dispatcher.attempt(offer.attemptId).result).toBeUndefined()
})

test('no container starts while nobody knows whether its lease is held', async () => {
  const clock = observedClock()
  await using runner = await openTestRunner({ pipeline: sleeper, clock })
  runner.dispatcher.fate = (call) => (call === 'renew' ? 'refused' : 'served')
  const offer = runner.newOffer()

  await runner.offer(offer)
  await poll(() => runner.engineCalls.some(({ call }) => call === 'provideImage')) // everything else is ready
  await scheduler.wait(200) // whoever does not wait starts it now
  const before = runner.engineCalls.filter(({ call }) => call === 'openNetwork')
  await poll(() => clock.sleeping(1_000) === 1)
  runner.dispatcher.fate = () => 'served'
  await clock.advance(1_000)
  await runner.untilStepStarted(offer.attemptId)
  const after = runner.liveContainers()
  await runner.cancel(offer.attemptId, 'the test is over')

  expect(before).toEqual([])
  expect(after).toBe(1)
})

test('an attempt that was given to somebody else ends without a word', async () => {
  await using runner = await openBusyRunner()
  runner.dispatcher.objection = () => problem('ATTEMPT_STALE', 'attempt 2 has taken its place')

  await poll(() => runner.clock.sleeping(10_000) === 1)
  await runner.clock.advance(10_000)

  await poll(() => runner.liveContainers() === 0)
  await runner.stop()
  expect(runner.dispatcher.attempt(runner.attemptId).result).toBeUndefined()
  expect(await runner.metrics()).toContain('{outcome="abandoned"} 1')
})

test('the answer to a renewal carries a cancel that got lost', async () => {
  await using runner = await openBusyRunner()
  runner.dispatcher.reply = { cancel: 'Ada asked for it' }

  await poll(() => runner.clock.sleeping(10_000) === 1)
  await runner.clock.advance(10_000)

  const heard = await runner.untilEnded(runner.attemptId)
  expect(heard.result?.ending).toMatchObject({ outcome: 'cancelled', code: 'CANCELLED' })
})

test.each([
  ['job', 'image: busybox\ntimeout: 5s\nrun: sleep 10000\n', 'The job took longer than its 5 s.'],
  ['step', 'image: busybox\nsteps: [{ run: sleep 10000, timeout: 5s }]\n', 'took longer than its 5 s.'],
])('a %s that takes too long fails with TIMEOUT_TOTAL, and its container is gone', async (_, pipeline, message) => {
  await using runner = await openBusyRunner(pipeline)

  await poll(() => runner.clock.sleeping(5_000) >= 1 && runner.clock.sleeping(10_000_000) === 1)
  await runner.clock.advance(5_000)

  const heard = await runner.untilEnded(runner.attemptId)
  expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'TIMEOUT_TOTAL' })
  expect(heard.result?.ending.message).toContain(message)
  await poll(() => runner.liveContainers() === 0)
})

test('a runner that has to stop ends what takes too long as RUNNER_STOPPED', async () => {
  await using runner = await openBusyRunner(sleeper, { leaseMs: 300_000 })

  const stopped = runner.stop()
  await poll(() => runner.clock.sleeping(25_000) === 1)
  await runner.clock.advance(25_000)
  await stopped

  const { result } = runner.dispatcher.attempt(runner.attemptId)
  expect(result?.ending).toMatchObject({ outcome: 'errored', code: 'RUNNER_STOPPED' })
  expect(runner.liveContainers()).toBe(0)
  expect(runner.dispatcher.calls.at(-1)).toBe('unregister')
})

test('a runner registers again when the dispatcher forgets it', async () => {
  await using runner = await openBusyRunner()
  await poll(() => runner.clock.sleeping(5_000) === 1)
  runner.dispatcher.known.clear()

  await runner.clock.advance(5_000)

  await poll(() => runner.dispatcher.registrations.length === 2)
  expect(runner.dispatcher.registrations.at(-1)).toMatchObject({
    ...{ id: runner.id, name: 'ada', url: runner.url, slots: 2, labels: ['os=linux'] },
    attempts: [runner.attemptId],
  })
  await runner.cancel(runner.attemptId, 'the test is over')
})

test('heartbeats go on after a dispatcher was away', async () => {
  await using runner = await openTestRunner({ heartbeatMs: 10 })
  const beats = () => runner.dispatcher.calls.filter((call) => call === 'heartbeat').length
  await poll(() => beats() > 0)
  const before = beats()

  runner.dispatcher.fate = (call) => (call === 'heartbeat' && beats() < before + 3 ? 'cut-before' : 'served')

  await poll(() => beats() > before + 5)
  expect(runner.dispatcher.registrations.length).toBe(1)
})

test('a job for which there was no room in time says what it waited for', async () => {
  const clock = observedClock()
  const stuck = Promise.withResolvers<void>()
  const engine = keptContainers(openEngine('scripted:', { clock, log: silentLog() }), stuck.promise)
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nrun: "true"\n', clock, engine, slots: 1 })
  const long = { leaseMs: 12 * 3_600_000 }
  await runner.run(long)
  const second = runner.newOffer(long)

  await runner.offer(second)
  await poll(() => existsSync(join(runner.data, 'attempts', second.attemptId, 'workspace'))) // the image is there as soon
  await clock.advance(1_800_000)

  const heard = await runner.untilEnded(second.attemptId)
  expect(heard.result?.ending).toMatchObject({ outcome: 'errored', code: 'RUNNER_ERROR' })
  expect(heard.result?.ending.message).toContain('The container of a job before this one was not removed')
  stuck.resolve()
})

/** The same engine, whose containers are not removed before `gone`. */
function keptContainers(engine: Engine, gone: Promise<void>): Engine {
  return {
    ...engine,
    async openNetwork(network, { signal }) {
      const opened = await engine.openNetwork(network, { signal })
      return {
        ...opened,
        startContainer: async (spec, options) => ({
          ...(await opened.startContainer(spec, options)),
          [Symbol.asyncDispose]: () => gone,
        }),
      }
    },
  }
}
