import type { JobState } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import type { BuildRecord, JobRecord, NewJob, ReuseKey, StoreTables } from '../index.ts'
import { runsOnOf } from '../index.ts'
import { newBuild, newJob, plannedJob, type StoreUnderTest } from './records.ts'

const now = 6_000
const none = { lost: 0, errored: 0, failed: 0 }
const running: JobState = { state: 'running', queuedAt: 5_000, startedAt: 5_500, attempt: 1, setbacks: none }
const passed: JobState = { state: 'finished', ending: { outcome: 'passed' }, queuedAt: 5_000, finishedAt: 5_900 }
const failed: JobState = { state: 'finished', ending: { outcome: 'failed' }, queuedAt: 5_000, finishedAt: 5_900 }

/** How the queue is read: priorities, needs of runners, concurrency groups, reuse keys. */
export function describeQueue(open: () => Promise<StoreUnderTest>): void {
  describeOrder(open)
  describeGroups(open)
  describeGroupsOfBuilds(open)
  describeReuse(open)
}

type PlannedChanges = Parameters<typeof plannedJob>[1]

interface JobOf extends Partial<Omit<NewJob, 'planned'>> {
  readonly number: number
  readonly planned?: PlannedChanges
}

async function insert(tables: StoreTables, build: BuildRecord, { number, planned, ...others }: JobOf) {
  const name = `job-${number}`
  return tables.jobs.insert({ ...newJob(number, build.id), planned: plannedJob(name, planned), ...others })
}

async function namesQueued(
  tables: StoreTables,
  options: Partial<Parameters<StoreTables['jobs']['listQueued']>[0]> = {},
) {
  return (await tables.jobs.listQueued({ now, limit: 100, ...options })).map(({ name }) => name)
}

function describeOrder(open: () => Promise<StoreUnderTest>): void {
  test('queued jobs come by priority, and within one the oldest first; by age whoever asks for it', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async (tables) => {
      const build = await tables.builds.insert(newBuild(1))
      await insert(tables, build, { number: 1, planned: { priority: 'background' } })
      await insert(tables, build, { number: 2 })
      await insert(tables, build, { number: 3, planned: { priority: 'high' } })
      await insert(tables, build, { number: 4 })
      const lowest = await tables.jobs.lowestQueued()
      return { queued: await namesQueued(tables), byAge: await namesQueued(tables, { byAge: true }), lowest }
    })

    expect(seen).toEqual({
      queued: ['job-3', 'job-2', 'job-4', 'job-1'],
      byAge: ['job-1', 'job-2', 'job-3', 'job-4'],
      lowest: 'background',
    })
  })

  test('the queue can be read without jobs that need what no runner has, and for one build', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async (tables) => {
      const [one, two] = [await tables.builds.insert(newBuild(1)), await tables.builds.insert(newBuild(2))]
      const windows = await insert(tables, one, { number: 1, planned: { labels: ['os=windows', 'big'] } })
      await insert(tables, one, { number: 2, planned: { labels: ['big', 'os=windows'] } })
      await insert(tables, one, { number: 3, planned: { track: 'ruby' } })
      await insert(tables, two, { number: 4 })
      return {
        fitting: await namesQueued(tables, { exceptRunsOn: [runsOnOf(windows.planned)] }),
        ofTwo: await namesQueued(tables, { buildId: two.id }),
      }
    })

    expect(seen).toEqual({ fitting: ['job-3', 'job-4'], ofTwo: ['job-4'] })
  })

  test('a job waits as long as its pipeline says before a retry, but not for a clock that stepped back', async () => {
    await using under = await open()
    const queuedUntil = (notBeforeAt: number): JobState => ({
      state: 'queued',
      queuedAt: 5_000,
      notBeforeAt,
      setbacks: none,
    })

    const seen = await under.store.transaction(async (tables) => {
      const build = await tables.builds.insert(newBuild(1))
      const retry = { max: 1, delayMs: 600_000 }
      await insert(tables, build, { number: 1, planned: { retry }, state: queuedUntil(now + 600_000) })
      await insert(tables, build, { number: 2, planned: { retry }, state: queuedUntil(now + 600_001) })
      await insert(tables, build, { number: 3, state: queuedUntil(now + 60_001) })
      return { queued: await namesQueued(tables), next: await tables.jobs.nextNotBefore(now) }
    })

    expect(seen).toEqual({ queued: ['job-2', 'job-3'], next: now + 600_000 })
  })
}

const concurrency = { group: 'production', limit: 2, cancelSuperseded: false }

function describeGroups(open: () => Promise<StoreUnderTest>): void {
  test('of a group as many jobs are held or listed as its limit says, the oldest first', async () => {
    await using under = await open()

    const seen = await under.store.transaction(async (tables) => {
      const build = await tables.builds.insert(newBuild(1))
      const planned = { concurrency }
      const held = await insert(tables, build, { number: 5, planned, state: running })
      await insert(tables, build, { number: 1, planned: { ...planned, priority: 'background' } })
      await insert(tables, build, { number: 2, planned })
      await insert(tables, build, { number: 3, planned, repository: 'github.com/ada/other' })
      await insert(tables, build, { number: 4, planned: { concurrency: { ...concurrency, group: 'staging' } } })
      const listed = await namesQueued(tables)
      const heldBack = await tables.jobs.listHeldBack([build.id])
      await tables.jobs.save(held, { state: passed })
      return { listed, heldBack, after: await namesQueued(tables), waiting: await waitingNames(tables) }
    })

    expect(seen).toEqual({
      listed: ['job-3', 'job-4', 'job-1'],
      heldBack: [newJob(2, '').id],
      after: ['job-2', 'job-3', 'job-4', 'job-1'],
      waiting: ['job-1', 'job-2', 'job-3', 'job-4'],
    })
  })

  test('the unfinished jobs of a group come in the order of their builds', async () => {
    await using under = await open()

    const names = await under.store.transaction(async (tables) => {
      const [one, two] = [await tables.builds.insert(newBuild(1)), await tables.builds.insert(newBuild(2))]
      const planned = { concurrency }
      await insert(tables, two, { number: 1, planned })
      await insert(tables, one, { number: 2, planned, state: { state: 'waiting', queuedAt: 1, for: 'needs' } })
      await insert(tables, one, { number: 3, planned, state: passed })
      await insert(tables, one, { number: 4 })
      const jobs = await tables.jobs.ofGroup({ repository: 'github.com/ada/engine', group: 'production' })
      return jobs.map(({ name }) => name)
    })

    expect(names).toEqual(['job-2', 'job-1'])
  })
}

function describeGroupsOfBuilds(open: () => Promise<StoreUnderTest>): void {
  test('of a group of builds those that have begun come first, then the oldest, and their jobs hold nobody else back', async () => {
    await using under = await open()
    const group = { group: 'main', limit: 1, cancelSuperseded: false }

    const seen = await under.store.transaction(async (tables) => {
      const builds: BuildRecord[] = []
      for (const number of [1, 2, 3]) {
        const build = await tables.builds.insert({ ...newBuild(number), ...(number < 3 ? { concurrency: group } : {}) })
        builds.push(build)
        await insert(tables, build, { number, planned: { concurrency: { ...concurrency, limit: 1 } } })
      }
      const before = await namesQueued(tables)
      const [first, second] = builds
      if (first === undefined || second === undefined) return undefined
      const begun = await tables.builds.save(second, { hasBegun: true })
      const begunFirst = await namesQueued(tables)
      await tables.builds.save(begun, { state: { state: 'finished', ending: { outcome: 'passed' }, finishedAt: 9 } })
      const open = await tables.builds.ofGroup({ repository: 'github.com/ada/engine', group: 'main' })
      return { before, begunFirst, open: open.map(({ id, concurrency: of }) => [id, of]) }
    })

    expect(seen).toEqual({ before: ['job-1'], begunFirst: ['job-2'], open: [[newBuild(1).id, group]] })
  })
}

async function waitingNames(tables: StoreTables): Promise<string[]> {
  return (await tables.jobs.listWaitingSince(now)).map(({ name }) => name).toSorted()
}

function describeReuse(open: () => Promise<StoreUnderTest>): void {
  const reuseKey = 'e'.repeat(64)
  const key: ReuseKey = { key: reuseKey, repository: 'github.com/ada/engine', trust: 'trusted', since: 5_900 }

  test('a job of the same key that ran and passed is found with what it left', async () => {
    await using under = await open()
    const produced = { outputs: { version: '1.2' }, summary: 'good' }

    const seen = await under.store.transaction(async (tables) => {
      const build = await tables.builds.insert(newBuild(1))
      const job = await insert(tables, build, { number: 1, planned: { reuseKey }, state: running })
      const before = await tables.jobs.findPassed(key)
      const saved = await tables.jobs.save(job, { state: passed, produced, approvedBy: 'ada' })
      return { before, saved, found: await tables.jobs.findPassed(key) }
    })

    expect(seen.before).toBeUndefined()
    expect(seen.found).toEqual(seen.saved)
    expect(seen.found).toMatchObject({ produced, approvedBy: 'ada', planned: { reuseKey } })
  })

  test.each<[string, Partial<JobRecord>, Partial<ReuseKey>]>([
    ['of another repository', { repository: 'github.com/eve/engine' }, {}],
    ['of another trust', { trust: 'untrusted' }, {}],
    ['that took its outcome over', { takenFrom: newJob(9, '').id }, {}],
    ['that failed', { state: failed }, {}],
    ['that is too long ago', {}, { since: 5_901 }],
    ['of another key', {}, { key: 'f'.repeat(64) }],
  ])('a job %s stands for no other', async (_name, job, asked) => {
    await using under = await open()

    const found = await under.store.transaction(async (tables) => {
      const build = await tables.builds.insert(newBuild(1))
      const { planned: _, ...others } = job
      await insert(tables, build, { number: 1, planned: { reuseKey }, state: passed, ...others })
      return tables.jobs.findPassed({ ...key, ...asked })
    })

    expect(found).toBeUndefined()
  })
}
