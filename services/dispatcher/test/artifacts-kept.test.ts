import { type Offer, resubmitJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { noLog, openDispatcher, plannedJob, type Rig } from './open-dispatcher.ts'
import { paperBuild, planJobs } from './paper-build.ts'
import type { PaperRunner } from './paper-runner.ts'
import { referenceOf, runnerSide } from './runner-side.ts'

const dayMs = 24 * 3_600_000
const text = 'a tar of nothing'
const artifacts = { ...referenceOf(text), files: 1, keepMs: 3 * dayMs }

async function openRig() {
  const rig = await openDispatcher({ queueLimitMs: 30 * dayMs })
  return { rig, runner: await rig.runner('ada', 8), [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose]() }
}

/** The job of an offer passes and leaves a text as its artifacts. */
async function leave(rig: Rig, runner: PaperRunner, offer: Offer): Promise<void> {
  await runnerSide(rig, offer).upload(text)
  const result = { ending: { outcome: 'passed' }, at: 1, log: noLog, produced: { outputs: {}, artifacts } } as const
  await runner.report(offer, { result })
}

/** Some time goes by, and with it a turn of every loop that looks at the time. */
async function later(rig: Rig, ms: number): Promise<void> {
  rig.stepClock(ms - 60_000)
  await rig.clock.advance(60_000)
}

test('artifacts stay for a job that waits for its approval longer than they are kept', async () => {
  await using opened = await openRig()
  const { rig, runner } = opened
  const jobs = [plannedJob('build'), plannedJob('deploy', { needs: ['build'], approval: [] })]
  const build = await planJobs(rig, runner, jobs)
  await leave(rig, runner, await build.offer('build'))
  await later(rig, 5 * dayMs)

  await build.approve('deploy')

  expect(await runnerSide(rig, await build.offer('deploy')).download(text)).toBe(text)
})

test('a job that takes artifacts over after its approval keeps them as long again', async () => {
  await using opened = await openRig()
  const { rig, runner } = opened
  const job = plannedJob('build', { reuseKey: 'e'.repeat(64) })
  const first = await planJobs(rig, runner, [job])
  await leave(rig, runner, await first.offer('build'))
  await later(rig, 2 * dayMs)
  const second = await planJobs(rig, runner, [{ ...job, approval: [] }])
  await second.approve('build')

  await later(rig, 2 * dayMs)

  expect(await second.job('build')).toMatchObject({ ending: { message: 'reused from #1' } })
  expect(await Array.fromAsync(rig.blobs.list('blobs/'))).toHaveLength(1)
})

test('a job whose artifacts are not kept any more runs again for a resubmitted one that needs them', async () => {
  await using opened = await openRig()
  const { rig, runner } = opened
  const build = await planJobs(rig, runner, [plannedJob('build'), plannedJob('deploy', { needs: ['build'] })])
  await leave(rig, runner, await build.offer('build'))
  await build.end('deploy', 'failed')
  const { id: jobId } = await build.job('deploy')
  await later(rig, 4 * dayMs)

  const again = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  const resubmitted = paperBuild(rig, runner, { buildId: again.id })
  expect(await resubmitted.job('deploy')).toMatchObject({ waitsFor: 'for build' })
  await resubmitted.offer('build')
})
