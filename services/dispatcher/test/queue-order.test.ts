import type { PlannedJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { noLog, openDispatcher, planOf, plannedJob } from './open-dispatcher.ts'
import { planJobs } from './paper-build.ts'
import type { PaperRunner } from './paper-runner.ts'

/** A runner with one slot that runs what it is offered, one after the other: the names in their order. */
async function runAll(runner: PaperRunner, count: number): Promise<readonly string[]> {
  const names: string[] = []
  for (let place = runner.offers.length; names.length < count; place++) {
    const offer = await runner.offer(place)
    names.push(offer.jobName)
    await runner.report(offer, { result: { ending: { outcome: 'passed' }, at: 1, log: noLog } })
  }
  return names
}

/** A job that waits for a runner with the label `late`. */
function late(name: string, others: Partial<PlannedJob> = {}): PlannedJob {
  return plannedJob(name, { labels: ['late'], ...others })
}

test('jobs of a higher priority come first, those of one priority by age', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  const jobs = [late('background', { priority: 'background' }), late('normal'), late('also normal')]
  await planJobs(rig, ada, jobs)
  await planJobs(rig, ada, [late('old', { priority: 'background' }), late('high', { priority: 'high' })])

  const names = await runAll(await rig.runner('bob', 1, ['late']), 5)

  expect(names).toEqual(['high', 'normal', 'also normal', 'background', 'old'])
})

test('after 25 leases that passed over a job of a lower priority, the oldest is next', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  const high = Array.from({ length: 30 }, (_, place) => late(`high ${place}`, { priority: 'high' }))
  await planJobs(rig, ada, [late('background', { priority: 'background' }), ...high])

  const names = await runAll(await rig.runner('bob', 1, ['late']), 31)

  expect(names.indexOf('background')).toBe(25)
  expect(names.filter((name) => name !== 'background')).toEqual(high.map(({ name }) => name))
})

test('a long queue of jobs that fit no runner hides none that does', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  const windows = Array.from({ length: 200 }, (_, place) => plannedJob(`windows ${place}`, { labels: ['os=windows'] }))
  const others = Array.from({ length: 20 }, (_, place) => plannedJob(`other ${place}`, { labels: [`os=${place}`] }))
  await planJobs(rig, ada, [...windows, ...others])

  const build = await planJobs(rig, ada, [plannedJob('test')])

  await build.offer('test')
})

test('the runner that planned gets only what it can run', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 4)
  await rig.push()
  const plan = await ada.offer(0)

  const { next } = await ada.report(
    plan,
    planOf([
      plannedJob('windows', { labels: ['os=windows'] }),
      plannedJob('asked', { approval: [] }),
      plannedJob('after', { needs: ['linux'] }),
      plannedJob('background', { priority: 'background' }),
      plannedJob('ruby', { track: 'ruby' }),
      plannedJob('linux', { labels: ['os=linux'] }),
    ]),
  )

  expect(next).toMatchObject({ jobName: 'linux' })
  const build = await rig.build(plan.buildId)
  expect(build.jobs.find(({ name }) => name === 'windows')).toMatchObject({
    state: 'queued',
    waitsFor: 'for a runner with os=windows',
  })
})

test('a job in the background waits for its turn among all, also at the runner that planned it', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 1)
  await rig.push()
  const plan = await ada.offer(0)

  const { next } = await ada.report(plan, planOf([plannedJob('nightly', { priority: 'background' })]))

  expect(next).toBeUndefined()
  expect(await ada.offer(1)).toMatchObject({ jobName: 'nightly' })
})
