import type { Offer } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { eventually, openDispatcher, planOf, plannedJob } from './open-dispatcher.ts'
import { planJobs } from './paper-build.ts'

const production = { group: 'production', limit: 1, cancelSuperseded: false }
const superseding = { ...production, cancelSuperseded: true }
const wait = 'for its turn in the group production'

test('jobs of one group go one after the other, the oldest first, and none is dropped', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 60_000 })
  const ada = await rig.runner('ada', 8)
  const deploy = plannedJob('deploy', { concurrency: production })
  const first = await planJobs(rig, ada, [deploy])
  const second = await planJobs(rig, ada, [deploy])
  const third = await planJobs(rig, ada, [{ ...deploy, priority: 'high' }])
  const running = await first.offer('deploy')
  expect(await second.job('deploy')).toMatchObject({ state: 'queued', waitsFor: wait })
  expect(await third.job('deploy')).toMatchObject({ state: 'queued', waitsFor: wait })
  for (let third = 0; third < 9; third++) {
    await rig.clock.advance(10_000)
    await ada.renew(running)
  }

  await first.end('deploy')

  await second.offer('deploy')
  expect(await third.job('deploy')).toMatchObject({ state: 'queued', waitsFor: wait })
  await second.end('deploy')
  await third.offer('deploy')
})

test('a job that has waited long for its turn has all the time there is for a runner then', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 60_000 })
  const ada = await rig.runner('ada', 2)
  const first = await planJobs(rig, ada, [plannedJob('deploy', { concurrency: production })])
  const deploying = await first.offer('deploy')
  const second = await planJobs(rig, ada, [plannedJob('deploy', { concurrency: production })])
  await passTime(90_000, [deploying])
  const busy = await planJobs(rig, ada, [plannedJob('a', { priority: 'high' }), plannedJob('b', { priority: 'high' })])
  const held = [await busy.offer('a')]

  await first.end('deploy')

  held.push(await busy.offer('b'))
  await passTime(50_000, held)
  expect(await second.job('deploy')).toMatchObject({ state: 'queued', waitsFor: 'for a free slot' })
  await passTime(15_000, held)
  expect(await second.job('deploy')).toMatchObject({ ending: { code: 'NO_RUNNER' } })

  async function passTime(ms: number, offers: readonly Offer[]): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 5_000) {
      await rig.clock.advance(5_000)
      for (const offer of offers) await ada.renew(offer)
    }
  }
})

test('a group with a higher limit holds that many jobs, and groups of another name or repository none of them', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const two = { concurrency: { ...production, limit: 2 } }
  const build = await planJobs(rig, ada, [
    plannedJob('a', two),
    plannedJob('b', two),
    plannedJob('c', two),
    plannedJob('d', { concurrency: { ...production, group: 'staging' } }),
  ])
  const repository = { host: 'github.com', owner: 'eve', name: 'engine' }
  const other = await planJobs(rig, ada, [plannedJob('a', two)], { commit: { repository } })

  await Promise.all([build.offer('a'), build.offer('b'), build.offer('d'), other.offer('a')])

  expect(await build.states()).toEqual({ leased: ['a', 'b', 'd'], queued: ['c'] })
})

test('a queued job of a group that is cancelled makes room for the next', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const windows = plannedJob('deploy', { concurrency: production, labels: ['os=windows'] })
  const first = await planJobs(rig, ada, [windows])
  const second = await planJobs(rig, ada, [plannedJob('deploy', { concurrency: production })])
  expect(await second.job('deploy')).toMatchObject({ waitsFor: wait })

  await first.cancel('deploy')

  await second.offer('deploy')
})

test('a newer job of a group that asks for it cancels the older ones, pending, waiting or running', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const deploy = plannedJob('deploy', { concurrency: superseding })
  const running = await planJobs(rig, ada, [deploy])
  const waiting = await planJobs(rig, ada, [plannedJob('build'), { ...deploy, needs: ['build'] }])
  const offer = await running.offer('deploy')

  const newest = await planJobs(rig, ada, [deploy])

  expect(await waiting.job('deploy')).toMatchObject({
    ending: { outcome: 'cancelled', message: 'Cancelled: superseded by #3' },
  })
  await eventually(async () => expect(ada.cancelled).toEqual([offer.attemptId]))
  await running.end('deploy', 'cancelled')
  expect(await running.view()).toMatchObject({ ending: { outcome: 'cancelled' } })
  await newest.offer('deploy')
})

test('a job with an environment that a runner holds is never superseded; a pending one is', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const deploy = plannedJob('deploy', { concurrency: superseding, environment: 'production' })
  const running = await planJobs(rig, ada, [deploy])
  const pending = await planJobs(rig, ada, [deploy])
  const offer = await running.offer('deploy')

  const newest = await planJobs(rig, ada, [deploy])

  expect(await pending.job('deploy')).toMatchObject({ ending: { outcome: 'cancelled' } })
  expect(await newest.job('deploy')).toMatchObject({ state: 'queued', waitsFor: wait, environment: 'production' })
  expect(await ada.renew(offer)).toEqual({})
  await running.end('deploy')
  expect(await running.view()).toMatchObject({ ending: { outcome: 'passed' } })
  await newest.offer('deploy')
})

test('a job of an older build that comes to its turn after one of a newer build is superseded itself', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  await rig.push({ commit: { sha: 'a'.repeat(40) } })
  const olderPlan = await ada.offer(0)
  const bob = await rig.runner('bob', 8)
  const deploy = plannedJob('deploy', { concurrency: superseding })
  await planJobs(rig, bob, [deploy])

  const { next } = await ada.report(olderPlan, planOf([deploy]))

  expect(next).toBeUndefined()
  expect(await rig.build(olderPlan.buildId)).toMatchObject({
    ending: { outcome: 'cancelled', message: 'Cancelled: superseded by #2' },
  })
})

test('of a group of builds one goes on at a time, the oldest first', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const jobs = [plannedJob('test'), plannedJob('deploy', { needs: ['test'] })]
  const first = await planJobs(rig, ada, jobs, { concurrency: production })
  const second = await planJobs(rig, ada, jobs, { concurrency: production })
  const third = await planJobs(rig, ada, jobs, { concurrency: production })
  const free = await planJobs(rig, ada, jobs)
  await first.offer('test')
  await free.offer('test')
  expect(await second.job('test')).toMatchObject({ state: 'queued', waitsFor: wait })

  await first.end('test')
  await first.end('deploy')

  await second.offer('test')
  expect(await third.job('test')).toMatchObject({ state: 'queued', waitsFor: wait })
})

test('a newer build of a group that asks for it cancels the older ones whole, but what deploys goes on', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const jobs = [
    plannedJob('test'),
    plannedJob('deploy', { environment: 'production' }),
    plannedJob('always', { needs: ['test'], condition: { expression: 'always', changed: {}, matrix: {} } }),
  ]
  const first = await planJobs(rig, ada, jobs, { concurrency: superseding })
  await first.offer('test')
  await first.offer('deploy')

  const second = await planJobs(rig, ada, jobs, { concurrency: superseding })

  const ending = { outcome: 'cancelled', message: 'Cancelled: superseded by #2' }
  expect(await first.job('always')).toMatchObject({ ending })
  expect(await first.job('deploy')).toMatchObject({ state: 'leased' })
  await first.end('test', 'cancelled')
  expect(await second.job('test')).toMatchObject({ state: 'queued', waitsFor: wait })
  await first.end('deploy')
  expect(await first.view()).toMatchObject({ ending })
  await second.offer('test')
})

test('what waits in a superseded build is cancelled with it, not skipped', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const jobs = [plannedJob('test', { labels: ['os=mac'] }), plannedJob('deploy', { needs: ['test'] })]
  const first = await planJobs(rig, ada, jobs, { concurrency: superseding })

  await planJobs(rig, ada, jobs, { concurrency: superseding })

  expect(await first.job('deploy')).toMatchObject({ ending: { outcome: 'cancelled' } })
})

test('an older build of a group that is planned after a newer one is superseded itself', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  await rig.push({ commit: { sha: 'a'.repeat(40) } })
  const olderPlan = await ada.offer(0)
  const bob = await rig.runner('bob', 8)
  await planJobs(rig, bob, [plannedJob('test')], { concurrency: superseding })

  const { next } = await ada.report(olderPlan, planOf([plannedJob('test')], { concurrency: superseding }))

  expect(next).toBeUndefined()
  expect(await rig.build(olderPlan.buildId)).toMatchObject({
    ending: { outcome: 'cancelled', message: 'Cancelled: superseded by #2' },
  })
})

test('groups of builds and groups of jobs never block each other', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  await rig.push({ commit: { sha: 'a'.repeat(40) } })
  const olderPlan = await ada.offer(0)
  const bob = await rig.runner('bob', 8)
  const jobs = [plannedJob('test'), plannedJob('deploy', { needs: ['test'], concurrency: production })]
  const newer = await planJobs(rig, bob, jobs, { concurrency: { ...production, group: 'main' } })
  await newer.offer('test')
  const older = [plannedJob('deploy', { concurrency: production })]
  await ada.report(olderPlan, planOf(older, { concurrency: { ...production, group: 'main' } }))

  await newer.end('test')

  await newer.offer('deploy')
})
