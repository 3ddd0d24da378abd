import { type Approver, hashToken, newToken } from '@narwhal/host'
import { getJob, resubmitJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openDispatcher, plannedJob, type Rig } from './open-dispatcher.ts'
import { paperBuild, planJobs } from './paper-build.ts'

const tokens = { ada: newToken(), bob: newToken() }
const approvers: readonly Approver[] = Object.entries(tokens).map(([name, token]) => ({
  name,
  tokenHash: hashToken(token),
}))

async function openAsked(rig: Rig, approval: string[]) {
  const runner = await rig.runner('runner', 4)
  const jobs = [plannedJob('build'), plannedJob('deploy', { needs: ['build'], approval })]
  return { runner, build: await planJobs(rig, runner, jobs) }
}

test('a job waits for an approval by those whom it names once its needs allow it, and runs after it', async () => {
  await using rig = await openDispatcher({ approvers })
  const { build } = await openAsked(rig, ['ada', 'eve'])
  await expect(build.approve('deploy', tokens.ada)).rejects.toMatchObject({ code: 'APPROVAL_NOT_AWAITED' })
  await build.end('build')
  expect(await build.job('deploy')).toMatchObject({ state: 'waiting', waitsFor: 'for an approval by ada or eve' })
  await expect(build.approve('deploy', tokens.bob)).rejects.toMatchObject({ code: 'APPROVAL_NOT_YOURS' })
  await expect(build.approve('deploy')).rejects.toMatchObject({ code: 'APPROVAL_NOT_YOURS' })
  expect(await build.job('deploy')).toMatchObject({ state: 'waiting' })

  const approved = await build.approve('deploy', tokens.ada)

  expect(approved).toMatchObject({ state: 'queued', approvedBy: 'ada' })
  await build.offer('deploy')
  await expect(build.approve('deploy', tokens.ada)).rejects.toMatchObject({ code: 'APPROVAL_NOT_AWAITED' })
  await build.end('deploy')
  expect(await build.view()).toMatchObject({ ending: { outcome: 'passed' } })
})

test('a job that names nobody takes the word of any token, and of nothing else', async () => {
  await using rig = await openDispatcher({ approvers })
  const { build } = await openAsked(rig, [])
  await build.end('build')
  expect(await build.job('deploy')).toMatchObject({ waitsFor: 'for an approval' })
  await expect(build.approve('deploy', newToken())).rejects.toMatchObject({ code: 'UNAUTHORIZED' })

  expect(await build.approve('deploy')).toMatchObject({ approvedBy: 'the API token' })
})

test('the token of an approver opens nothing but the approval', async () => {
  await using rig = await openDispatcher({ approvers })
  const { build } = await openAsked(rig, [])
  const { id: jobId } = await build.job('deploy')

  const read = rig.client.call(getJob, { ...rig.call, token: tokens.ada, params: { jobId } })

  await expect(read).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
})

test('a job that waits for an approval can be cancelled; resubmitted, it needs a new approval', async () => {
  await using rig = await openDispatcher({ approvers })
  const { build, runner } = await openAsked(rig, ['ada'])
  await build.end('build')
  await build.approve('deploy', tokens.ada)
  await build.end('deploy', 'failed')
  const { id: jobId } = await build.job('deploy')

  const again = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  expect(again.jobs).toMatchObject([
    { kind: 'plan' },
    { name: 'build', state: 'finished' },
    { name: 'deploy', state: 'waiting', waitsFor: 'for an approval by ada' },
  ])
  expect(again.jobs[2]).not.toHaveProperty('approvedBy')
  const second = paperBuild(rig, runner, { buildId: again.id })
  expect(await second.cancel('deploy')).toMatchObject({ ending: { outcome: 'cancelled' } })
  await expect(second.approve('deploy', tokens.ada)).rejects.toMatchObject({ code: 'APPROVAL_NOT_AWAITED' })
  expect(await second.view()).toMatchObject({ ending: { outcome: 'cancelled' } })
})
