import { expect, test } from 'vitest'
import { eventually, openDispatcher, plannedJob } from './open-dispatcher.ts'
import { packedSha256 } from './packed.ts'
import { planJobs } from './paper-build.ts'

const condition = (expression: string) => ({ expression, changed: {}, matrix: {} })

test('a job runs once those that it needs have passed, and gets what they left', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 4)
  const build = await planJobs(rig, ada, [
    plannedJob('lint'),
    plannedJob('test (22)', { key: 'test' }),
    plannedJob('deploy', { needs: ['lint', 'test (22)'] }),
  ])
  const artifacts = { sha256: packedSha256, bytes: 9, files: 1, keepMs: 1_000 }
  await build.end('lint', 'passed', { produced: { outputs: { version: '1.2' }, artifacts } })
  expect(await build.states()).toMatchObject({ waiting: ['deploy'] })
  expect(await build.job('deploy')).toMatchObject({ waitsFor: 'for test (22)', needs: ['lint', 'test (22)'] })

  await build.end('test (22)')

  expect((await build.offer('deploy')).needs).toEqual([
    {
      key: 'lint',
      name: 'lint',
      outcome: 'passed',
      outputs: { version: '1.2' },
      artifacts: { sha256: packedSha256, bytes: 9 },
    },
    { key: 'test', name: 'test (22)', outcome: 'passed', outputs: {} },
  ])
  await build.end('deploy')
  expect(await build.view()).toMatchObject({ ending: { outcome: 'passed' } })
  expect((await build.job('lint')).produced).toMatchObject({ outputs: { version: '1.2' } })
})

test('what needs a job that failed is skipped, and so is what needs that', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [
    plannedJob('release', { needs: ['deploy'] }),
    plannedJob('deploy', { needs: ['build'] }),
    plannedJob('build'),
  ])

  await build.end('build', 'failed')

  expect(await build.view()).toMatchObject({ state: 'finished', ending: { outcome: 'failed', code: 'STEP_FAILED' } })
  expect(await build.job('deploy')).toMatchObject({ ending: { outcome: 'skipped', code: 'NEEDS_NOT_MET' } })
  expect(await build.job('release')).toMatchObject({ ending: { outcome: 'skipped', code: 'NEEDS_NOT_MET' } })
})

test('a job that wants to run after a failure does, and one whose condition reads an output is asked it', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [
    plannedJob('build'),
    plannedJob('tell', { needs: ['build'], condition: condition('failure') }),
    plannedJob('publish', { needs: ['build'], condition: condition('always && needs.build.outputs.release == "yes"') }),
  ])

  await build.end('build', 'failed', { produced: { outputs: { release: 'no' } } })

  await build.offer('tell')
  expect(await build.job('publish')).toMatchObject({ ending: { outcome: 'skipped' } })
})

test('a job that is skipped from the start satisfies what needs it', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')

  const build = await planJobs(rig, ada, [
    plannedJob('after', { needs: ['docs'] }),
    plannedJob('docs', { skipped: 'nothing under docs/ changed' }),
  ])

  expect(await build.offer('after')).toMatchObject({ needs: [{ name: 'docs', outcome: 'skipped' }] })
  expect(await build.job('docs')).toMatchObject({
    state: 'finished',
    ending: { message: 'nothing under docs/ changed' },
  })
})

test('a plan whose jobs are all skipped ends its build skipped', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')

  const build = await planJobs(rig, ada, [plannedJob('docs', { skipped: 'nothing changed' })])

  expect(await build.view()).toMatchObject({ state: 'finished', ending: { outcome: 'skipped' } })
})

test('a waiting job that is cancelled ends at once, and what needs it is skipped', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [
    plannedJob('build'),
    plannedJob('deploy', { needs: ['build'] }),
    plannedJob('tell', { needs: ['deploy'] }),
  ])

  const deploy = await build.cancel('deploy')

  expect(deploy).toMatchObject({ state: 'finished', ending: { outcome: 'cancelled', code: 'CANCELLED' } })
  expect(await build.job('tell')).toMatchObject({ ending: { outcome: 'skipped' } })
  await build.end('build')
  expect(await build.view()).toMatchObject({ state: 'finished', ending: { outcome: 'cancelled' } })
})

test('a job that may fail is shown as failed, does not fail the build, and satisfies what needs it', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [
    plannedJob('flaky', { allowFailure: true }),
    plannedJob('deploy', { needs: ['flaky'] }),
  ])

  await build.end('flaky', 'failed')
  await build.end('deploy')

  expect(await build.job('flaky')).toMatchObject({ allowFailure: true, ending: { outcome: 'failed' } })
  expect(await build.view()).toMatchObject({ ending: { outcome: 'passed' } })
})

test('a build whose only job may fail has passed when it failed', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, [plannedJob('flaky', { allowFailure: true })])

  await build.end('flaky', 'failed')

  expect(await build.view()).toMatchObject({ ending: { outcome: 'passed' } })
})

test('a cell that fails cancels the other cells of a matrix with fail-fast, and no other job', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 3)
  const cell = { key: 'test', failFast: true }
  const build = await planJobs(rig, ada, [
    plannedJob('test (1)', cell),
    plannedJob('test (2)', cell),
    plannedJob('test (3)', { ...cell, labels: ['os=mac'] }),
    plannedJob('lint'),
    plannedJob('tell', { needs: ['test (1)', 'test (2)', 'test (3)'], condition: condition('failure') }),
  ])
  const running = await build.offer('test (2)')
  await build.offer('lint')

  await build.end('test (1)', 'failed')

  expect(await build.job('test (3)')).toMatchObject({
    ending: { outcome: 'cancelled', message: 'Cancelled: test (1) failed' },
  })
  await eventually(async () => expect(ada.cancelled).toEqual([running.attemptId]))
  expect(await ada.renew(running)).toEqual({ cancel: 'test (1) failed' })
  await build.end('test (2)', 'cancelled')
  await build.end('lint')
  await build.end('tell')
  expect(await build.view()).toMatchObject({ ending: { outcome: 'failed' } })
})

test('a plan with a need that it has not, or with jobs that wait for one another, is refused', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const circle = ['a', 'b', 'c'].map((name, place, all) => plannedJob(name, { needs: [all[(place + 1) % 3] ?? ''] }))

  const unknown = planJobs(rig, ada, [plannedJob('a', { needs: ['b'] })])
  await expect(unknown).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('"b"') })
  await expect(planJobs(rig, ada, circle)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('every offer carries the default pipeline of the dispatcher', async () => {
  await using rig = await openDispatcher({ defaultPipeline: 'run: make\n' })
  const ada = await rig.runner('ada')

  const build = await planJobs(rig, ada, [plannedJob('build')])

  expect(ada.offers[0]).toMatchObject({ kind: 'plan', defaultPipeline: 'run: make\n', needs: [] })
  expect(await build.offer('build')).toMatchObject({ kind: 'steps', defaultPipeline: 'run: make\n' })
})
