import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { openBlobs } from '@narwhal/blobs'
import { silentLog, virtualClock } from '@narwhal/host'
import { getJobArtifacts, type Offer, resubmitJob } from '@narwhal/protocol'
import { openStore } from '@narwhal/store'
import { expect, test } from 'vitest'
import { openChanges } from '../changes.ts'
import { expireBlobs } from '../expire-blobs.ts'
import { takeBlob } from '../take-blob.ts'
import { eventually, openDispatcher, plannedJob, type Rig } from './open-dispatcher.ts'
import type { PaperRunner } from './paper-runner.ts'
import { packed } from './packed.ts'
import { type PaperBuild, paperBuild, planJobs } from './paper-build.ts'
import { referenceOf, runnerSide } from './runner-side.ts'

const dayMs = 24 * 3_600_000
const text = 'a tar of nothing'
const artifacts = { ...referenceOf(text), files: 1, keepMs: 3 * dayMs }
const jobs = [plannedJob('build'), plannedJob('deploy', { needs: ['build'] })]

async function keys({ blobs }: Rig): Promise<string[]> {
  return Array.fromAsync(blobs.list('blobs/'))
}

/** A build whose job `build` has uploaded a text as its artifacts and passed. */
async function planAndBuild(rig: Rig, runner?: PaperRunner): Promise<PaperBuild> {
  const ada = runner ?? (await rig.runner('ada', 8))
  const build = await planJobs(rig, ada, jobs)
  const offer = await build.offer('build')
  await runnerSide(rig, offer).upload(text)
  await ada.report(offer, { result: { ...passed, produced: { outputs: {}, artifacts } } })
  return build
}

const passed = {
  ending: { outcome: 'passed' },
  at: 1,
  log: { bytes: 0, sha256: createHash('sha256').digest('hex') },
} as const

test('artifacts reach the jobs that need them, and people', async () => {
  await using rig = await openDispatcher()
  const build = await planAndBuild(rig)
  const { id: jobId } = await build.job('build')

  const needed = await runnerSide(rig, await build.offer('deploy')).download(text)
  const shown = await buffer(await rig.client.download(getJobArtifacts, { ...rig.call, params: { jobId } }))

  expect(needed).toBe(text)
  expect(shown.toString()).toBe(text)
})

test('of a build only the artifacts are there that the job needs', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada', 8)
  const build = await planJobs(rig, ada, [...jobs, plannedJob('other')])
  for (const [name, left] of [
    ['build', text],
    ['other', 'something else'],
  ] as const) {
    const offer = await build.offer(name)
    await runnerSide(rig, offer).upload(left)
    const produced = { outputs: {}, artifacts: { ...artifacts, ...referenceOf(left) } }
    await ada.report(offer, { result: { ...passed, produced } })
  }

  const { download } = runnerSide(rig, await build.offer('deploy'))

  expect(await download(text)).toBe(text)
  await expect(download('something else')).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
})

test('artifacts of another build, of a job that is not needed, or of another repository are not there', async () => {
  await using rig = await openDispatcher()
  const eve = await rig.runner('eve', 8)
  await planAndBuild(rig, eve)
  const repository = { host: 'github.com', owner: 'eve', name: 'engine' }

  for (const commit of [{}, { repository }, { trust: 'untrusted' as const }]) {
    const build = await planJobs(rig, eve, [plannedJob('steal', { needs: [] })], { commit })
    const { download } = runnerSide(rig, await build.offer('steal'))
    await expect(download(text)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  }
})

test('a result that points to bytes which its repository never uploaded is refused', async () => {
  await using rig = await openDispatcher()
  const eve = await rig.runner('eve', 8)
  await planAndBuild(rig, eve)
  const repository = { host: 'github.com', owner: 'eve', name: 'engine' }
  const build = await planJobs(rig, eve, [plannedJob('claim')], { commit: { repository } })
  const offer = await build.offer('claim')

  const claimed = eve.report(offer, { result: { ...passed, produced: { outputs: {}, artifacts } } })

  await expect(claimed).rejects.toMatchObject({ code: 'ARTIFACTS_MISSING' })
  await runnerSide(rig, offer).upload(text)
  await eve.report(offer, { result: { ...passed, produced: { outputs: {}, artifacts } } })
})

test('bytes that do not fit their hash are refused, and nothing of them stays', async () => {
  await using rig = await openDispatcher()
  const build = await planJobs(rig, await rig.runner('ada'), jobs)
  const { upload, download } = runnerSide(rig, await build.offer('build'))

  await expect(upload(text, Buffer.from('something else'))).rejects.toMatchObject({ code: 'BLOB_HASH_WRONG' })

  expect(await keys(rig)).toEqual([])
  await expect(download(text)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
})

test('an upload that breaks off leaves nothing', async () => {
  await using rig = await openDispatcher()
  const build = await planJobs(rig, await rig.runner('ada'), jobs)
  async function* broken() {
    yield Buffer.from('a tar')
    throw new RangeError('gone')
  }

  const sent = runnerSide(rig, await build.offer('build')).upload(text, broken())

  await expect(sent).rejects.toThrow('gone')
  await eventually(async () => expect(await keys(rig)).toEqual([]))
})

test('bytes that are there already are not read again', async () => {
  await using rig = await openDispatcher()
  const build = await planAndBuild(rig)
  let isRead = false
  async function* watched() {
    for (let piece = 0; piece < 1_000; piece++) yield Buffer.alloc(65_536)
    isRead = true
  }

  await runnerSide(rig, await build.offer('deploy')).upload(text, watched())

  expect(isRead).toBe(false)
  expect(await keys(rig)).toHaveLength(1)
})

test('two uploads of the same bytes at once leave one blob', async () => {
  await using rig = await openDispatcher()
  const build = await planJobs(rig, await rig.runner('ada'), jobs)
  const offer = await build.offer('build')
  const deps = { changes: openChanges(rig), blobs: rig.blobs, signal: AbortSignal.timeout(5_000) }
  const [begun, goOn] = [[Promise.withResolvers<void>(), Promise.withResolvers<void>()], Promise.withResolvers<void>()]
  const uploads = begun.map(({ resolve }) => {
    async function* held() {
      resolve()
      await goOn.promise
      yield Buffer.from(text)
    }
    return takeBlob(deps, { ...offer, ...referenceOf(text), source: held() })
  })
  await Promise.all(begun.map(({ promise }) => promise))

  goOn.resolve()
  await Promise.all(uploads)

  const left = await keys(rig)
  expect(left).toHaveLength(1)
  expect(await rig.store.transaction((tables) => tables.blobs.known(left))).toEqual(left)
})

test('with the attempt every right to its bytes ends', async () => {
  await using rig = await openDispatcher()
  const build = await planAndBuild(rig)
  const over = runnerSide(rig, await build.offer('build'))
  const calls: readonly (() => Promise<unknown>)[] = [
    () => over.upload('more'),
    () => over.download(text),
    () => over.find('npm'),
    () => over.save('npm', text, 'branch'),
    () => over.secrets(),
  ]

  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'ATTEMPT_STALE' })
})

test('the token of another attempt opens nothing', async () => {
  await using rig = await openDispatcher()
  const build = await planAndBuild(rig)
  const { attemptId } = await build.offer('build')
  const { token }: Offer = await build.offer('deploy')
  const { upload, download } = runnerSide(rig, { attemptId, token })

  await expect(upload(text)).rejects.toMatchObject({ code: 'ATTEMPT_TOKEN_WRONG' })
  await expect(download(text)).rejects.toMatchObject({ code: 'ATTEMPT_TOKEN_WRONG' })
})

test('an attempt that ends while it uploads leaves nothing', async () => {
  await using rig = await openDispatcher()
  const ada = await rig.runner('ada')
  const build = await planJobs(rig, ada, jobs)
  const goOn = Promise.withResolvers<void>()
  async function* slow() {
    yield Buffer.from(text.slice(0, 5))
    await goOn.promise
    yield Buffer.from(text.slice(5))
  }
  const sent = runnerSide(rig, await build.offer('build')).upload(text, slow())
  const heard = sent.catch((error: unknown) => error)

  await build.end('build', 'failed')
  goOn.resolve()

  expect(await heard).toMatchObject({ code: 'ATTEMPT_STALE' })
  expect(await keys(rig)).toEqual([])
})

test('artifacts are kept as long as the pipeline says; then their bytes go', async () => {
  await using rig = await openDispatcher()
  const build = await planAndBuild(rig)
  const { id: jobId } = await build.job('build')

  await later(rig, 3 * dayMs - 3 * 60_000)
  expect(await keys(rig)).toHaveLength(1)
  await later(rig, 3 * 60_000)

  expect(await keys(rig)).toEqual([])
  const asked = rig.client.download(getJobArtifacts, { ...rig.call, params: { jobId } })
  await expect(asked).rejects.toMatchObject({ code: 'ARTIFACTS_NOT_FOUND' })
})

test('a job that takes artifacts over keeps them as long again', async () => {
  await using rig = await openDispatcher({ queueLimitMs: 30 * dayMs })
  const ada = await rig.runner('ada', 8)
  const build = await planAndBuild(rig, ada)
  await build.end('deploy', 'failed')
  const { id: jobId } = await build.job('deploy')
  await later(rig, 2 * dayMs)
  const again = await rig.client.call(resubmitJob, { ...rig.call, params: { jobId } })

  await later(rig, 2 * dayMs)

  const resubmitted = paperBuild(rig, ada, { buildId: again.id })
  expect(await runnerSide(rig, await resubmitted.offer('deploy')).download(text)).toBe(text)
})

test('what was just uploaded is not removed, and goes an hour later when nothing points to it', async () => {
  await using rig = await openDispatcher()
  const build = await planJobs(rig, await rig.runner('ada'), jobs)
  await runnerSide(rig, await build.offer('build')).upload(text)

  await later(rig, 3_000_000)
  expect(await keys(rig)).toHaveLength(1)
  await later(rig, 600_000)

  expect(await keys(rig)).toEqual([])
})

test('bytes that belong to nobody go after a day', async () => {
  const clock = virtualClock()
  await using store = await openStore('memory:')
  await using blobs = await openBlobs('memory:')
  const stop = new AbortController()
  const of = (ms: number) => `blobs/${'a'.repeat(64)}/${uuidAt(clock.now() + ms)}`
  const [old, kept, young] = [of(-dayMs - 1), of(-dayMs - 2), of(0)]
  const row = { repository: 'r', trust: 'trusted', ...referenceOf(text), uploadedAt: 1, keepUntil: 1e15 } as const
  await store.transaction((tables) => tables.blobs.insert({ ...row, key: kept }))
  for (const key of [old, kept, young, 'logs/a.gz']) await blobs.write(key, packed, { signal: stop.signal })

  const ended = expireBlobs({
    changes: openChanges({ store, clock }),
    blobs,
    clock,
    log: silentLog(),
    signal: stop.signal,
  })
  await clock.advance(1)
  stop.abort()
  await ended

  expect(await Array.fromAsync(blobs.list(''))).toEqual([kept, young, 'logs/a.gz'])
})

/** Some time goes by, and with it a turn of every loop that looks at the time. */
async function later(rig: Rig, ms: number): Promise<void> {
  rig.stepClock(ms - 60_000)
  await rig.clock.advance(60_000)
}

function uuidAt(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

test('artifacts of a job without any, or of no job, are a problem that says so', async () => {
  await using rig = await openDispatcher()
  const build = await planAndBuild(rig)
  const { id: jobId } = await build.job('deploy')
  const ask = (id: string) => rig.client.download(getJobArtifacts, { ...rig.call, params: { jobId: id } })

  await expect(ask(jobId)).rejects.toMatchObject({ code: 'ARTIFACTS_NOT_FOUND', message: 'the job deploy has none' })
  await expect(ask(build.id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
})
