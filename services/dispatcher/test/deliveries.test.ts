import type { Delivery } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { commit, eventually, noLog, openDispatcher, type Rig } from './open-dispatcher.ts'
import type { PaperRunner } from './paper-runner.ts'

const delivery: Delivery = { id: 'guid-1', secretId: 'secret-1', sha256: 'a'.repeat(64) }

/** Ends the build whose plan the runner got as its offer number `place`. */
async function endBuild(ada: PaperRunner, place: number): Promise<void> {
  const plan = await ada.offer(place)
  await ada.report(plan, { result: { ending: { outcome: 'skipped', code: 'PIPELINE_MISSING' }, at: 1, log: noLog } })
}

/** How many builds there are once a commit that was pushed behind all others has one. */
async function countBuilds(rig: Rig): Promise<number> {
  await rig.push({ commit: { sha: 'e'.repeat(40), ref: 'refs/heads/last' } })
  return eventually(async () => {
    const builds = await rig.builds()
    expect(builds[0]?.commit.ref).toBe('refs/heads/last')
    return builds.length - 1
  })
}

test.each([
  ['the same delivery', {}],
  ['the same id with another body', { sha256: 'b'.repeat(64) }],
  ['the same body under another id', { id: 'guid-2' }],
])('%s, come to another agent when its build has ended, makes no second build', async (_, changes) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push({ delivery })
  await endBuild(ada, 0)

  await rig.push({ delivery: { ...delivery, ...changes } })

  expect(await countBuilds(rig)).toBe(1)
})

test('a message of no delivery that the broker gives again, when its build has ended, makes no second build', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const message = { id: '01a21c8c-e2c3-72de-bd1b-975cfa05303d', eventKey: 'polled' }
  await rig.push(message)
  await endBuild(ada, 0)

  await rig.push(message)

  expect(await countBuilds(rig)).toBe(1)
})

test.each([
  ['another delivery', { delivery: { ...delivery, id: 'guid-2', sha256: 'b'.repeat(64) } }],
  ['the same body that another secret verified', { delivery: { ...delivery, id: 'guid-2', secretId: 'secret-2' } }],
  ['a commit that was polled', {}],
])('%s makes a build of its own', async (_, second) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push({ delivery })
  await endBuild(ada, 0)

  await rig.push(second)

  expect(await countBuilds(rig)).toBe(2)
})

test('a head whose push came before the one that it follows is not built again by a sweep', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const [first, second] = ['1'.repeat(40), '2'.repeat(40)]
  await rig.push({ eventKey: 'second', commit: { sha: second, before: first } })
  await endBuild(ada, 0)
  await rig.push({ eventKey: 'first', commit: { sha: first } })
  await endBuild(ada, 1)

  await rig.push({ unlessBuilt: true, eventKey: 'sweep', commit: { sha: second } })

  expect(await countBuilds(rig)).toBe(2)
})

test('two forges may give the same id', async () => {
  await using rig = await openDispatcher()
  const repository = { host: 'git.example.org', owner: 'ada', name: 'engine' }

  await rig.push({ delivery })
  await rig.push({ delivery: { ...delivery, secretId: 'secret-2' }, commit: { repository } })

  expect(await countBuilds(rig)).toBe(2)
})

test('a delivery that joined the open build of its event is known by its keys afterwards', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push({ eventKey: 'event' })
  await rig.push({ eventKey: 'event', delivery })
  await endBuild(ada, 0)

  await rig.push({ delivery })

  expect(await countBuilds(rig)).toBe(1)
})

test('a build sorts after those before it, by whatever clock they were made', async () => {
  await using rig = await openDispatcher()
  const ahead = '0fffffff-ffff-7fff-bfff-ffffffffffff'
  await rig.store.transaction(({ builds }) => builds.insert({ id: ahead, commit, createdAt: 1 }))

  await rig.push()

  await eventually(async () => expect((await rig.builds()).map(({ number }) => number)).toEqual([2, 1]))
})
