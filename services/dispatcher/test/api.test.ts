import { cancelJob, createBuild, getBuild, getJob, listRunners, resubmitJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { commit, eventually, noLog, openDispatcher, planFirst, planOf, plannedJob } from './open-dispatcher.ts'

const passed = { result: { ending: { outcome: 'passed' }, at: 1, log: noLog } } as const

test('a queued job that is cancelled ends at once', async () => {
  await using rig = await openDispatcher()
  await rig.push()
  await eventually(async () => expect(await rig.builds()).toHaveLength(1))
  const [plan] = (await rig.builds())[0]?.jobs ?? []

  const job = await rig.client.call(cancelJob, {
    ...rig.call,
    params: { jobId: plan?.id ?? '' },
    body: { because: 'a mistake' },
  })

  expect(job).toMatchObject({ state: 'finished', ending: { outcome: 'cancelled', code: 'CANCELLED' } })
})

test('a running job that is cancelled is told to its runner, at once and with each renewal', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  await rig.client.call(cancelJob, { ...rig.call, params: { jobId: offer.jobId }, body: { because: 'enough' } })

  await eventually(async () => expect(ada.cancelled).toEqual([offer.attemptId]))
  expect(await ada.renew(offer)).toEqual({ cancel: 'enough' })
})

test('a build that is cancelled while it is planned has no jobs, though the plan came all the same', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await rig.push()
  const plan = await ada.offer(0)

  await rig.client.call(cancelJob, { ...rig.call, params: { jobId: plan.jobId }, body: { because: 'enough' } })
  const reply = await ada.report(plan, planOf([plannedJob('build')]))

  expect(reply.next).toBeUndefined()
  const build = await rig.client.call(getBuild, { ...rig.call, params: { buildId: plan.buildId } })
  expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'cancelled', code: 'CANCELLED' } })
  expect(build.jobs).toHaveLength(1)
})

test('a resubmitted job runs again in a new build that takes the plan over', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)
  await ada.report(offer, { result: { ending: { outcome: 'failed', code: 'STEP_FAILED' }, at: 1, log: noLog } })

  const again = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId: offer.jobId } })

  expect(again).toMatchObject({
    number: 2,
    resubmitOf: offer.buildId,
    jobs: [{ kind: 'plan', state: 'finished' }, { name: 'build' }],
  })
  const second = await ada.offer(1)
  expect(second).toMatchObject({ buildId: again.id, kind: 'steps', digest: offer.digest })
  await ada.report(second, passed)
  expect(await rig.build(again.id)).toMatchObject({ ending: { outcome: 'passed' } })
  expect(await rig.build(offer.buildId)).toMatchObject({ ending: { outcome: 'failed' } })
})

test('the same Idempotency-Key makes one build, and refuses another request', async () => {
  await using rig = await openDispatcher()
  const headers = { 'idempotency-key': 'once' }
  const body = { repository: 'github.com/ada/engine', ref: commit.ref, sha: commit.sha }

  const first = await rig.client.call(createBuild, { ...rig.call, headers, body })
  const second = await rig.client.call(createBuild, { ...rig.call, headers, body })
  const other = rig.client.call(createBuild, { ...rig.call, headers, body: { ...body, sha: 'b'.repeat(40) } })

  expect(second.id).toBe(first.id)
  await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
})

test('a ref without a sha is resolved by a runner', async () => {
  await using rig = await openDispatcher()
  const body = { repository: 'github.com/ada/engine', ref: 'refs/heads/next' }
  const alone = rig.client.call(createBuild, { ...rig.call, body })
  await expect(alone).rejects.toMatchObject({ code: 'NO_RUNNER' })
  await rig.runner('ada')

  const build = await rig.client.call(createBuild, { ...rig.call, body })

  expect(build.commit).toMatchObject({ ref: 'refs/heads/next', sha: 'f'.repeat(40), trigger: 'manual' })
})

test('runners are listed with what they hold', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  await planFirst(rig, ada)

  const { runners } = await rig.client.call(listRunners, rig.call)

  expect(runners).toMatchObject([{ name: 'ada', slots: 2, held: 1, state: 'online' }])
})

test.each([
  ['a job that is not there', '/v1/jobs/00000000-0000-7000-8000-000000000000', 404, 'JOB_NOT_FOUND'],
  ['an id that is none', '/v1/jobs/..%2f..', 400, 'BAD_REQUEST'],
  ['a route that is not there', '/v2', 404, 'NOT_FOUND'],
  ['a limit that is too large', '/v1/builds?limit=1000', 400, 'BAD_REQUEST'],
])('%s gets a problem that says so', async (_name, path, status, code) => {
  await using rig = await openDispatcher()

  const answer = await fetch(rig.url + path, { headers: { authorization: `Bearer ${rig.apiToken}` } })

  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ code })
})

test('every route but health, metrics and the API description needs its token', async () => {
  await using rig = await openDispatcher()
  const document = (await (await fetch(`${rig.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>
  }

  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method })),
  )
  const answers = routes.map(
    async ({ path, method }) =>
      (await fetch(rig.url + path.replace(/\{\w+\}/g, 'x'), { method: method.toUpperCase() })).status,
  )

  expect(routes.length).toBeGreaterThan(10)
  expect(new Set(await Promise.all(answers))).toEqual(new Set([401]))
})

test('a job is shown with its attempts', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const offer = await planFirst(rig, ada)

  const job = await rig.client.call(getJob, { ...rig.call, params: { jobId: offer.jobId } })

  expect(job.attempts).toMatchObject([{ number: 1, runner: 'ada', steps: [{ name: 'test', state: 'pending' }] }])
})

test('a repository is found by its whole name only', async () => {
  await using rig = await openDispatcher()
  const body = { ref: commit.ref, sha: commit.sha }
  await rig.client.call(createBuild, { ...rig.call, body: { ...body, repository: 'github.com/my-org/app' } })

  for (const repository of ['my_org/app', 'MY-ORG/app', 'app', 'g/app']) {
    const other = rig.client.call(createBuild, { ...rig.call, body: { ...body, repository } })
    await expect(other).rejects.toMatchObject({ code: 'REPOSITORY_UNKNOWN' })
  }
  const build = await rig.client.call(createBuild, { ...rig.call, body: { ...body, repository: 'my-org/app' } })
  expect(build).toMatchObject({ number: 2 })
})

test('an Idempotency-Key gives its build back when no runner is there to look the ref up again', async () => {
  await using rig = await openDispatcher()
  const headers = { 'idempotency-key': 'once' }
  const body = { repository: 'github.com/ada/engine', ref: commit.ref }
  const ada = await rig.runner('ada')
  const first = await rig.client.call(createBuild, { ...rig.call, headers, body })

  await ada.unregister()

  expect(await rig.client.call(createBuild, { ...rig.call, headers, body })).toMatchObject({ id: first.id })
})
