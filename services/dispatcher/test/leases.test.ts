import { openStore, type Store } from '@narwhal/store'
import { expect, test } from 'vitest'
import { eventually, leaseMs, noLog, openDispatcher, planFirst } from './open-dispatcher.ts'

/** A store in which a renewal of an attempt comes between the look at all leases and the loss of that one. */
async function storeWithLateRenewal() {
  const store = await openStore('memory:')
  const late = { attemptId: '', hasCome: false, now: () => Number.NaN }
  let lookedAt = Number.NaN
  const interrupted: Store = {
    ...store,
    async transaction(work) {
      const isNext = lookedAt === late.now() // another look comes a second later
      lookedAt = Number.NaN
      return store.transaction(({ attempts, runners, ...tables }) => {
        const listHeld = async () => {
          if (isNext) late.hasCome = await attempts.renew(late.attemptId)
          return attempts.listHeld()
        }
        const list = () => ((lookedAt = late.now()), runners.list())
        return work({ ...tables, attempts: { ...attempts, listHeld }, runners: { ...runners, list } })
      })
    },
  }
  return { store: interrupted, late }
}

test('an attempt that is renewed between the look at its lease and its loss is not lost', async () => {
  const { store, late } = await storeWithLateRenewal()
  await using _store = store
  await using rig = await openDispatcher({ store })
  const ada = await rig.runner('ada')
  const { attemptId } = await planFirst(rig, ada)
  Object.assign(late, { attemptId, now: rig.clock.monotonic })

  await eventually(async () => {
    await rig.clock.advance(leaseMs / 30)
    expect(late.hasCome).toBe(true)
  })

  const [build] = await rig.builds()
  const states = build?.jobs.flatMap(({ attempts }) => attempts.map(({ id, state }) => [id === attemptId, state]))
  expect(states).toContainEqual([true, 'leased'])
})

test('an offer that was answered 5xx may have arrived: its job is given to nobody else before its lease ends', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  ada.refuse('INTERNAL')
  const bob = await rig.runner('bob', 1)

  await rig.push()
  await eventually(async () => expect((await rig.builds())[0]?.jobs[0]?.attempts).toHaveLength(1))
  await rig.clock.advance(leaseMs / 2)

  const [build] = await rig.builds()
  expect(build?.jobs[0]?.attempts.map(({ state }) => state)).toEqual(['leased'])
  expect(bob.offers).toEqual([])
})

test('an attempt whose containers ended by themselves while its runner was away is lost, and begins anew at once', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const report = { result: { ending: { outcome: 'errored', code: 'LEASE_LOST' } as const, at: 1, log: noLog } }

  await ada.report(offer, report)

  expect(await ada.offer(1)).toMatchObject({ jobId: offer.jobId, attempt: 2 })
  const job = (await rig.build(offer.buildId)).jobs.find(({ id }) => id === offer.jobId)
  expect(job?.attempts.map(({ state }) => state)).toEqual(['lost', 'leased'])
  await expect(ada.report(offer, report)).resolves.toEqual({}) // its answer was lost on the way
})
