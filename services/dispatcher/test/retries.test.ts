import type { Ending, PlannedJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { noLog, openDispatcher, plannedJob } from './open-dispatcher.ts'
import { planJobs } from './paper-build.ts'

const failed: Ending = { outcome: 'failed', code: 'STEP_FAILED' }

test('a job that failed is tried again as often, and after such a wait, as its pipeline says', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const retry = { max: 2, delayMs: 90_000 }
  const build = await planJobs(rig, ada, [plannedJob('flaky', { retry }), plannedJob('next', { needs: ['flaky'] })])

  for (const attempt of [1, 2]) {
    await build.offer('flaky', attempt)
    await build.end('flaky', failed)
    await rig.clock.advance(89_000)
    expect(await build.job('flaky')).toMatchObject({ state: 'queued' })
    await rig.clock.advance(2_000)
  }
  await build.offer('flaky', 3)
  await build.end('flaky', failed, { produced: { outputs: {}, summary: 'the last one' } })

  expect(await build.job('flaky')).toMatchObject({ ending: failed, produced: { summary: 'the last one' } })
  expect(await build.view()).toMatchObject({ ending: failed })
})

test('what an attempt left takes the place of what an earlier one left', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('flaky', { retry: { max: 1, delayMs: 0 } })])
  await build.end('flaky', failed, { produced: { outputs: { version: 'half' } } })

  await build.offer('flaky', 2)
  await build.end('flaky', 'passed')

  expect(await build.job('flaky')).toMatchObject({ ending: { outcome: 'passed' }, produced: { outputs: {} } })
  expect((await build.job('flaky')).produced?.outputs).toEqual({})
})

test('only failures that the pipeline names are tried again', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const retry = { max: 5, delayMs: 0, on: { exitCodes: [75], classes: ['timeout' as const] } }
  const build = await planJobs(rig, ada, [plannedJob('flaky', { retry })])

  await build.end('flaky', failed, { exitCode: 75 })
  await build.offer('flaky', 2)
  await build.end('flaky', { outcome: 'failed', code: 'TIMEOUT_TOTAL' })
  await build.offer('flaky', 3)
  await build.end('flaky', failed, { exitCode: 1 })

  expect(await build.job('flaky')).toMatchObject({ state: 'finished', ending: failed })
})

test('a job that failed while somebody asked to stop it is not tried again', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('flaky', { retry: { max: 5, delayMs: 0 } })])
  await build.cancel('flaky')

  await build.end('flaky', failed)

  expect(await build.job('flaky')).toMatchObject({ state: 'finished', ending: failed })
})

const once: Partial<PlannedJob>[] = [{ lost: 'fail' }, { environment: 'production' }]

test.each(once)('a job with %o whose runner is lost ends at once', async (others) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('deploy', others)])

  await ada.register([])

  const { ending } = await build.job('deploy')
  expect(ending).toMatchObject({ outcome: 'errored', code: 'RUNNER_LOST' })
  expect(ending?.message).toContain('It is not run again by itself')
})

test.each(once)('a job with %o that errored is tried again only if none of its steps had begun', async (others) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('deploy', others)])
  await build.offer('deploy', 1)
  await build.end('deploy', { outcome: 'errored', code: 'IMAGE_PULL_FAILED' })
  await rig.clock.advance(5_000)
  await build.offer('deploy', 2)
  await build.begin('deploy')

  await build.end('deploy', { outcome: 'errored', code: 'RUNNER_STOPPED' })

  expect(await build.job('deploy')).toMatchObject({ state: 'finished', ending: { code: 'RUNNER_STOPPED' } })
})

test('a job with an environment of which no step began errors and is tried again, also when it says so of each step', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('deploy', { environment: 'production', lost: 'fail' })])
  const skipped = { type: 'step-ended', sequence: 2, at: 1, step: 0, ending: { outcome: 'skipped' } } as const
  const result = { ending: { outcome: 'errored', code: 'IMAGE_PULL_FAILED' }, at: 1, log: noLog } as const

  await ada.report(await build.offer('deploy'), {
    events: [{ type: 'started', sequence: 1, at: 1 }, skipped],
    result,
  })

  expect(await build.job('deploy')).toMatchObject({ state: 'queued' })
})
