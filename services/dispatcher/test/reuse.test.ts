import type { Commit, PlannedJob } from '@narwhal/protocol'
import { getJobLog, resubmitJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openDispatcher, plannedJob } from './open-dispatcher.ts'
import { packedSha256 } from './packed.ts'
import { paperBuild, planJobs } from './paper-build.ts'

const reuseKey = 'e'.repeat(64)
const dayMs = 24 * 3_600_000
const artifacts = { sha256: packedSha256, bytes: 9, files: 1, keepMs: 100 * dayMs }
const produced = { outputs: { version: '1.2' }, artifacts }

/** A build in which `build` has passed, and a later one: its state when it was planned. */
async function planTwice({ first = {}, second = {}, commit = {}, laterMs = 0 }: Twice) {
  await using rig = await openDispatcher({ queueLimitMs: 30 * dayMs })
  const ada = await rig.runner('ada', 8)
  const earlier = await planJobs(rig, ada, [plannedJob('build', { reuseKey, ...first })])
  await earlier.end('build', 'passed', { produced })
  rig.stepClock(laterMs)
  await ada.registerAgain()

  const later = await planJobs(rig, ada, [plannedJob('build', { reuseKey, ...second })], { commit })
  return { earlier: await earlier.job('build'), later: await later.job('build'), build: await later.view() }
}

interface Twice {
  readonly first?: Partial<PlannedJob>
  readonly second?: Partial<PlannedJob>
  readonly commit?: Partial<Commit>
  readonly laterMs?: number
}

test('a job whose key has passed is reported as passed, with what that one left', async () => {
  const { earlier, later, build } = await planTwice({})

  expect(later).toMatchObject({
    state: 'finished',
    ending: { outcome: 'passed', message: 'reused from #1' },
    takenFrom: earlier.id,
    produced,
    attempts: [],
  })
  expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'passed' } })
})

test.each<[string, Twice]>([
  ['another key', { second: { reuseKey: 'f'.repeat(64) } }],
  ['an environment', { second: { environment: 'production' } }],
  ['another trust', { commit: { trust: 'untrusted' } }],
  ['another repository', { commit: { repository: { host: 'github.com', owner: 'eve', name: 'engine' } } }],
  ['a key that passed more than seven days ago', { laterMs: 7 * dayMs + 1 }],
])('a job with %s runs', async (_name, twice) => {
  const { later } = await planTwice(twice)

  expect(later).not.toMatchObject({ state: 'finished' })
})

test('a job whose key failed runs, and one whose earlier artifacts are not kept any more', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const job = plannedJob('build', { reuseKey })
  const red = await planJobs(rig, ada, [job])
  await red.end('build', 'failed')
  const green = await planJobs(rig, ada, [job])
  await green.end('build', 'passed', { produced: { outputs: {}, artifacts: { ...artifacts, keepMs: 1_000 } } })
  await rig.clock.advance(1_000)

  const last = await planJobs(rig, ada, [job])

  await last.offer('build')
})

test('a job that needs a reused one goes on at once, with its outputs and artifacts', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const jobs = [plannedJob('build', { reuseKey }), plannedJob('deploy', { needs: ['build'] })]
  const earlier = await planJobs(rig, ada, jobs)
  await earlier.end('build', 'passed', { produced })

  const later = await planJobs(rig, ada, jobs)

  const { needs } = await later.offer('deploy')
  expect(needs).toMatchObject([
    { name: 'build', outcome: 'passed', outputs: { version: '1.2' }, artifacts: { bytes: 9 } },
  ])
})

test('a job that was reused stands for no other: the seven days count from when it ran', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const job = plannedJob('build', { reuseKey })
  const first = await planJobs(rig, ada, [job])
  await first.end('build')
  await planJobs(rig, ada, [job])

  const third = await planJobs(rig, ada, [job])

  expect(await third.job('build')).toMatchObject({
    takenFrom: (await first.job('build')).id,
    ending: { message: 'reused from #1' },
  })
})

test('a job that is resubmitted runs, though its key has passed', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const first = await planJobs(rig, ada, [plannedJob('build', { reuseKey })])
  await first.end('build')

  const { id: jobId } = await first.job('build')
  const again = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  await paperBuild(rig, ada, { buildId: again.id }).offer('build')
})

test('the log of a reused job is that of the job that ran', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const job = plannedJob('build', { reuseKey })
  const first = await planJobs(rig, ada, [job])
  const offer = await first.offer('build')
  const data = Buffer.from('hello\n').toString('base64')
  await ada.report(offer, { chunks: [{ step: 0, offset: 0, at: 1, data }] })
  const sha256 = '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'
  await first.end('build', 'passed', { log: { bytes: 6, sha256 } })
  const later = await planJobs(rig, ada, [job])

  const path = getJobLog.path.replace(':jobId', (await later.job('build')).id)
  const answer = await fetch(rig.url + path, { headers: { authorization: `Bearer ${rig.apiToken}` } })

  expect(await answer.text()).toBe('hello\n')
})
