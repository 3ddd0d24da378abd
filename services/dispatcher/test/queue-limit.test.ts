import { openStore, type Store } from '@narwhal/store'
import { expect, test } from 'vitest'
import { eventually, openDispatcher } from './open-dispatcher.ts'

/** A store with a job that waits for a runner, and whose dispatcher has ended. */
async function storeWithWaitingJob(): Promise<Store> {
  const store = await openStore('memory:')
  await using former = await openDispatcher({ store, queueLimitMs: 60_000 })
  await former.push()
  await eventually(async () => expect(await former.builds()).toHaveLength(1))
  return store
}

test('a job that no runner takes within the limit is errored NO_RUNNER', async () => {
  await using rig = await openDispatcher()
  await rig.push()
  await eventually(async () => expect(await rig.builds()).toHaveLength(1))

  await rig.clock.advance(3_602_000)

  const [build] = await rig.builds()
  expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'errored', code: 'NO_RUNNER' } })
})

test('a job that waited while no dispatcher was there has the whole limit again', async () => {
  await using store = await storeWithWaitingJob()
  await using rig = await openDispatcher({ store, queueLimitMs: 60_000, laterMs: 24 * 3_600_000 })

  await rig.clock.advance(55_000)
  const [waiting] = await rig.builds()
  await rig.clock.advance(10_000)
  const [expired] = await rig.builds()

  expect(waiting).toMatchObject({ state: 'queued' })
  expect(expired).toMatchObject({ state: 'finished', ending: { outcome: 'errored', code: 'NO_RUNNER' } })
})

test('the second dispatcher that starts after an outage knows of it', async () => {
  await using store = await storeWithWaitingJob()
  const dayMs = 24 * 3_600_000
  await using one = await openDispatcher({ store, queueLimitMs: 60_000, laterMs: dayMs })
  await one.clock.advance(2_000)

  await using other = await openDispatcher({ store, queueLimitMs: 60_000, laterMs: dayMs + 2_000 })
  await other.clock.advance(2_000)

  expect(await other.builds()).toMatchObject([{ state: 'queued' }])
})

test('the time in which the machine slept is no waiting', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 60_000 })
  await rig.clock.advance(70_000)
  await rig.push()
  await eventually(async () => expect(await rig.builds()).toHaveLength(1))

  rig.stepClock(24 * 3_600_000)
  await rig.clock.advance(2_000)

  expect(await rig.builds()).toMatchObject([{ state: 'queued' }])
})

test('a clock that was put back delays the limit, and does not undo it', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 60_000 })
  await rig.clock.advance(70_000)
  rig.stepClock(-3_600_000)
  await rig.push()
  await eventually(async () => expect(await rig.builds()).toHaveLength(1))

  await rig.clock.advance(70_000)

  expect(await rig.builds()).toMatchObject([{ state: 'finished', ending: { code: 'NO_RUNNER' } }])
})

test('a dispatcher that is only started anew counts on', async () => {
  await using store = await storeWithWaitingJob()
  await using rig = await openDispatcher({ store, queueLimitMs: 60_000, laterMs: 55_000 })
  const [waiting] = await rig.builds()

  await rig.clock.advance(10_000)

  const [expired] = await rig.builds()
  expect(waiting).toMatchObject({ state: 'queued' })
  expect(expired).toMatchObject({ state: 'finished', ending: { outcome: 'errored', code: 'NO_RUNNER' } })
})

test('a job that every runner refuses, again and again, ends by the same limit', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 60_000 })
  const ada = await rig.runner('ada')
  ada.refuse()
  await rig.push()
  await eventually(async () => expect((await rig.builds())[0]?.jobs[0]?.attempts.length).toBeGreaterThan(0))

  for (let waitedMs = 0; waitedMs < 70_000; waitedMs += 5_000) await rig.clock.advance(5_000)

  await eventually(async () => {
    const [build] = await rig.builds()
    expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'errored', code: 'NO_RUNNER' } })
  })
})
