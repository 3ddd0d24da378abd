import { commitsTopic } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { commit, eventually, leaseMs, noLog, openDispatcher, planFirst, planned } from './open-dispatcher.ts'

test('a commit becomes a build, its plan is offered, and the first job goes straight to the runner that planned it', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')

  const offer = await planFirst(rig, ada)

  expect(offer).toMatchObject({ kind: 'steps', jobName: 'build', attempt: 1, commit })
  expect(ada.offers).toHaveLength(1)
  const [build] = await rig.builds()
  expect(build).toMatchObject({
    number: 1,
    state: 'running',
    jobs: [{ kind: 'plan', state: 'finished' }, { state: 'leased' }],
  })
})

test('a job that passed ends its build', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  await ada.report(offer, {
    events: [
      { type: 'started', sequence: 1, at: 1 },
      { type: 'step-started', sequence: 2, at: 2, step: 0 },
      { type: 'step-ended', sequence: 3, at: 3, step: 0, ending: { outcome: 'passed' }, exitCode: 0 },
    ],
    result: { ending: { outcome: 'passed' }, at: 4, log: noLog },
  })

  const build = await rig.build(offer.buildId)
  expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'passed' } })
  expect(build.jobs[1]?.attempts[0]?.steps).toEqual([
    {
      index: 0,
      name: 'test',
      state: 'finished',
      ending: { outcome: 'passed' },
      exitCode: 0,
      startedAt: 2,
      finishedAt: 3,
    },
  ])
})

test('the same message twice, or the same commit while it is being built, makes one build', async () => {
  await using rig = await openDispatcher()
  const id = '00000000-0000-7000-8000-000000000001'

  await rig.push({ id })
  await rig.push({ id })
  await rig.push()

  await eventually(async () => expect(await rig.builds()).toHaveLength(1))
})

test('A, B, A, B on one branch are four builds once each is finished', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')

  for (const [place, letter] of ['a', 'b', 'a', 'b'].entries()) {
    await rig.push({ commit: { sha: letter.repeat(40) } })
    const plan = await ada.offer(place)
    await ada.report(plan, { result: { ending: { outcome: 'skipped', code: 'PIPELINE_MISSING' }, at: 1, log: noLog } })
  }

  const builds = await rig.builds()
  expect(builds.map(({ number, ending }) => [number, ending?.outcome])).toEqual(
    [4, 3, 2, 1].map((number) => [number, 'skipped']),
  )
})

test('a head that was only found by comparing is built unless its ref was built at that sha before, however long ago', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push()
  const missing = { outcome: 'skipped', code: 'PIPELINE_MISSING' } as const
  await ada.report(await ada.offer(0), { result: { ending: missing, at: 1, log: noLog } })
  const other = { ...commit, sha: 'b'.repeat(40) }

  await rig.push({ unlessBuilt: true, eventKey: 'found again' })
  await rig.push({ unlessBuilt: true, eventKey: 'found', commit: other })

  await eventually(async () =>
    expect((await rig.builds()).map((build) => build.commit.sha)).toEqual([other.sha, commit.sha]),
  )
})

test('a head that went back to a commit which was built before others is built', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const other = { ...commit, sha: 'b'.repeat(40) }
  const missing = { outcome: 'skipped', code: 'PIPELINE_MISSING' } as const
  for (const [place, pushed] of [commit, other].entries()) {
    await rig.push({ eventKey: pushed.sha, commit: pushed })
    await ada.report(await ada.offer(place), { result: { ending: missing, at: 1, log: noLog } })
  }

  await rig.push({ unlessBuilt: true, eventKey: 'found', commit })

  await eventually(async () =>
    expect((await rig.builds()).map((build) => build.commit.sha)).toEqual([commit.sha, other.sha, commit.sha]),
  )
})

test('a message that cannot be read goes to quarantine, and those behind it are taken', async () => {
  await using rig = await openDispatcher()
  const signal = AbortSignal.timeout(5_000)

  await rig.queue.publish(commitsTopic, { id: 'broken', body: '{"version":9}' }, { signal })
  await rig.push()

  await eventually(async () => expect(await rig.builds()).toHaveLength(1))
})

test('a refused offer goes to another runner, and does not count', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  ada.refuse()
  const bob = await rig.runner('bob', 1)

  await rig.push()

  const offer = await bob.offer(0)
  expect(offer.attempt).toBe(2)
  const [build] = await rig.builds()
  expect(build?.jobs[0]?.attempts.map(({ state }) => state)).toEqual(['refused', 'leased'])
})

test('a job whose runner goes silent is given to another one at the end of its lease, and the late one is refused', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  ada.refuse()
  const bob = await rig.runner('bob')

  await rig.clock.advance(leaseMs + 4_000)

  const again = await bob.offer(0)
  expect(again.jobId).toBe(offer.jobId)
  expect(again.attempt).toBeGreaterThan(offer.attempt)
  const late = ada.report(offer, { result: { ending: { outcome: 'passed' }, at: 1, log: noLog } })
  await expect(late).rejects.toMatchObject({ code: 'ATTEMPT_STALE' })
})

test('a renewed lease does not end', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  for (let third = 0; third < 9; third++) {
    await rig.clock.advance(leaseMs / 3)
    await ada.renew(offer)
  }

  const build = await rig.build(offer.buildId)
  expect(build.jobs[1]?.attempts).toMatchObject([{ number: 1, state: 'leased' }])
})

test('a job that is lost three times is errored RUNNER_LOST', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  for (const place of [1, 2]) {
    await ada.register([])
    await ada.offer(place)
  }
  await ada.register([])

  const build = await rig.build(offer.buildId)
  expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'errored', code: 'RUNNER_LOST' } })
})

test('an attempt that errored for a passing reason is tried again after a while', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const ending = { outcome: 'errored', code: 'IMAGE_PULL_FAILED' } as const

  await ada.report(offer, { result: { ending, at: 1, log: noLog } })
  await rig.clock.advance(5_000)

  expect(await ada.offer(1)).toMatchObject({ jobId: offer.jobId, attempt: 2 })
})

test('a plan whose answer was lost gets its job again', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const plan = await ada.offer(0)

  const { next } = await ada.report(plan, planned)

  expect(next).toMatchObject({ attemptId: offer.attemptId, attempt: 1 })
  expect(next?.token).not.toBe(offer.token)
  await expect(ada.renew(offer)).rejects.toMatchObject({ code: 'ATTEMPT_TOKEN_WRONG' })
})

test('a job that comes back to the queue waits anew: how long it ran does not count', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 60_000 })
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  for (let third = 0; third < 9; third++) {
    await rig.clock.advance(leaseMs / 3)
    await ada.renew(offer)
  }

  await ada.report(offer, { result: { ending: { outcome: 'errored', code: 'IMAGE_PULL_FAILED' }, at: 1, log: noLog } })
  await rig.clock.advance(5_000)

  expect(await ada.offer(1)).toMatchObject({ jobId: offer.jobId, attempt: 2 })
})

test('a plan that passed without a plan, or with two jobs of one name, is refused', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push()
  const plan = await ada.offer(0)
  const jobs = [planned.plan?.jobs[0], planned.plan?.jobs[0]].filter((job) => job !== undefined)

  const nothing = ada.report(plan, { result: { ending: { outcome: 'passed' }, at: 1, log: noLog } })
  await expect(nothing).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  const twice = ada.report(plan, { ...planned, plan: { jobs } })
  await expect(twice).rejects.toMatchObject({ code: 'BAD_REQUEST' })

  expect((await ada.report(plan, planned)).next).toMatchObject({ jobName: 'build' })
})

test('the same life of a runner that registers again loses nothing', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  await ada.registerAgain()

  expect(await ada.renew(offer)).toEqual({})
})

test('a clock that steps back keeps no job from its runner', async () => {
  await using rig = await openDispatcher()
  await rig.push()
  await eventually(async () => expect(await rig.builds()).toHaveLength(1))

  rig.stepClock(-3_600_000)
  const ada = await rig.runner('ada')

  expect(await ada.offer(0)).toMatchObject({ kind: 'plan' })
})

test('what a runner still holds when it leaves goes to another at once', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  const bob = await rig.runner('bob')

  await ada.unregister()

  expect(await bob.offer(0)).toMatchObject({ jobId: offer.jobId, attempt: 2 })
})
