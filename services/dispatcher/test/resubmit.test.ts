import { createBuild, resubmitJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openDispatcher, plannedJob } from './open-dispatcher.ts'
import { packedSha256 } from './packed.ts'
import { paperBuild, planJobs } from './paper-build.ts'

test('what passed is taken over, what failed runs again, and what was skipped waits for it anew', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const build = await planJobs(rig, ada, [
    plannedJob('lint'),
    plannedJob('test'),
    plannedJob('docs', { skipped: 'nothing changed' }),
    plannedJob('deploy', { needs: ['lint', 'test', 'docs'] }),
  ])
  const artifacts = { sha256: packedSha256, bytes: 9, files: 1, keepMs: 1_000 }
  await build.end('lint', 'passed', { produced: { outputs: { version: '1.2' }, artifacts } })
  await build.end('test', 'failed')
  const { id: jobId } = await build.job('test')

  const view = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  const again = paperBuild(rig, ada, { buildId: view.id })
  expect(await again.job('lint')).toMatchObject({ takenFrom: (await build.job('lint')).id, state: 'finished' })
  expect(await again.job('docs')).toMatchObject({ state: 'finished', ending: { outcome: 'skipped' } })
  expect(await again.job('deploy')).toMatchObject({ state: 'waiting', waitsFor: 'for test' })
  await again.end('test')
  const { needs } = await again.offer('deploy')
  expect(needs).toMatchObject([
    { name: 'lint', outputs: { version: '1.2' }, artifacts: { sha256: artifacts.sha256 } },
    { name: 'test', outcome: 'passed' },
    { name: 'docs', outcome: 'skipped' },
  ])
  await again.end('deploy')
  expect(await again.view()).toMatchObject({ ending: { outcome: 'passed' } })
})

test('a build that was cancelled is resubmitted with all that was cancelled', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const build = await planJobs(rig, ada, [plannedJob('test'), plannedJob('deploy', { needs: ['test'] })])
  await build.cancel('test')
  await build.end('test', 'cancelled')
  const { id: jobId } = await build.job('deploy')

  const view = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  const again = paperBuild(rig, ada, { buildId: view.id })
  await again.end('test')
  await again.end('deploy')
  expect(await again.view()).toMatchObject({ ending: { outcome: 'passed' }, resubmitOf: build.id })
})

test('a build of which nothing is left to run when it is resubmitted ends at once', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const reuseKey = 'e'.repeat(64)
  const red = await planJobs(rig, ada, [
    plannedJob('build', { reuseKey }),
    plannedJob('docs', { skipped: 'nothing changed' }),
  ])
  await red.end('build', 'failed')
  const green = await planJobs(rig, ada, [plannedJob('build', { reuseKey })])
  await green.end('build')
  const { id: jobId } = await red.job('docs')

  const view = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  expect(view).toMatchObject({ state: 'finished', ending: { outcome: 'passed' } })
})

test('the group of a build is that of its resubmission', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const concurrency = { group: 'main', limit: 1, cancelSuperseded: false }
  const first = await planJobs(rig, ada, [plannedJob('test')], { concurrency })
  await first.end('test', 'failed')
  const second = await planJobs(rig, ada, [plannedJob('test')], { concurrency })
  await second.offer('test')
  const { id: jobId } = await first.job('test')

  const again = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  expect(again.jobs).toMatchObject([{ kind: 'plan' }, { state: 'queued', waitsFor: 'for its turn in the group main' }])
})

test('a build by hand carries its inputs', async () => {
  await using rig = await openDispatcher()
  const inputs = { version: '1.2' }
  const body = { repository: 'github.com/ada/engine', ref: 'refs/heads/main', sha: 'b'.repeat(40), inputs }

  const build = await rig.client.call(createBuild, { ...rig.call, body })

  expect(build.commit).toMatchObject({ inputs, trigger: 'manual' })
  expect(build.commit).not.toHaveProperty('trust')
})

test.each([
  ['the sha of an untrusted build', { sha: 'c'.repeat(40) }],
  ['that sha on a branch', { sha: 'c'.repeat(40), ref: 'refs/heads/main' }],
])('a build by hand of %s is untrusted', async (_name, asked) => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  await planJobs(rig, ada, [plannedJob('test')], {
    commit: { sha: 'c'.repeat(40), ref: 'refs/heads/feature', trigger: 'pull_request', trust: 'untrusted' },
  })

  const build = await rig.client.call(createBuild, { ...rig.call, body: { repository: 'ada/engine', ...asked } })

  expect(build.commit).toMatchObject({ trust: 'untrusted', trigger: 'manual' })
})

test('a job that is not any more as it was planned is resubmitted with a new plan', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const build = await planJobs(rig, ada, [plannedJob('test')])
  await build.end('test', { outcome: 'errored', code: 'PLAN_CHANGED' })
  const { id: jobId } = await build.job('test')

  const view = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  expect(view.jobs).toMatchObject([{ kind: 'plan', state: 'queued' }])
})
