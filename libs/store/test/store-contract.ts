import { describe, expect, test } from 'vitest'
import type { BuildRecord, JobRecord, Store } from '../index.ts'
import { describeFlows } from './flows-contract.ts'
import { describeQueue } from './queue-contract.ts'
import { commit, id, newAttempt, newBuild, newJob, type StoreUnderTest } from './records.ts'

const openKeys = { event: 'event-1', commit: 'github.com/ada/engine refs/heads/main aaa' }

async function withJob(store: Store): Promise<{ build: BuildRecord; job: JobRecord }> {
  return store.transaction(async ({ builds, jobs }) => {
    const build = await builds.insert(newBuild(1))
    return { build, job: await jobs.insert(newJob(100, build.id)) }
  })
}

/** What every store does. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store ${name}`, () => {
    describeTransactions(open)
    describeBuilds(open)
    describeJobs(open)
    describeQueue(open)
    describeAttempts(open)
    describeTraffic(open)
    describeFlows(open)
  })
}

function describeTransactions(open: () => Promise<StoreUnderTest>): void {
  test('a transaction that throws leaves nothing behind', async () => {
    await using under = await open()

    const failed = under.store.transaction(async ({ builds }) => {
      await builds.insert(newBuild(1))
      throw new RangeError('no')
    })

    await expect(failed).rejects.toThrow('no')
    expect(await under.store.transaction(({ builds }) => builds.find(id(1)))).toBeUndefined()
  })

  test('a save of what somebody else changed is run again from the beginning', async () => {
    await using under = await open()
    const { build } = await withJob(under.store)
    let runs = 0

    await under.store.transaction(async ({ builds }) => {
      runs += 1
      const read = runs === 1 ? { ...build, revision: 7 } : ((await builds.find(build.id)) ?? build)
      await builds.save(read, { sequence: read.sequence + 1 })
    })

    expect(runs).toBe(2)
    expect(await under.store.transaction(({ builds }) => builds.find(build.id))).toMatchObject({
      sequence: 1,
      revision: 1,
    })
  })

  test('twenty transactions at once all count', async () => {
    await using under = await open()
    const { build } = await withJob(under.store)

    const bump = () =>
      under.store.transaction(async ({ builds }) => {
        const read = (await builds.find(build.id)) ?? build
        await builds.save(read, { sequence: read.sequence + 1 })
      })
    await Promise.all(Array.from({ length: 20 }, bump))

    expect(await under.store.transaction(({ builds }) => builds.find(build.id))).toMatchObject({ sequence: 20 })
  })
}

function describeBuilds(open: () => Promise<StoreUnderTest>): void {
  test('builds are numbered per repository and listed newest first, page by page', async () => {
    await using under = await open()

    const numbers = await under.store.transaction(async ({ builds }) => {
      for (const number of [1, 2, 3]) await builds.insert(newBuild(number))
      const other = { ...newBuild(4), commit: { ...commit, repository: { ...commit.repository, name: 'other' } } }
      await builds.insert(other)
      const first = await builds.list({ repository: 'ada/engine', limit: 2 })
      const second = await builds.list({ repository: 'github.com/ada/engine', limit: 2, after: first[1]?.id ?? '' })
      return { first: first.map(({ number }) => number), second: second.map(({ number }) => number) }
    })

    expect(numbers).toEqual({ first: [3, 2], second: [1] })
  })

  test('an open key finds its build until the build is finished, and never lets a second one in', async () => {
    await using under = await open()

    await under.store.transaction(({ builds }) => builds.insert({ ...newBuild(1), openKeys }))
    const second = under.store.transaction(({ builds }) => builds.insert({ ...newBuild(2), openKeys }))

    await expect(second).rejects.toThrow()
    await under.store.transaction(async ({ builds }) => {
      const build = await builds.findOpen({ event: 'event-1', commit: 'none' })
      expect(build?.id).toBe(id(1))
      if (build !== undefined)
        await builds.save(build, { state: { state: 'finished', ending: { outcome: 'passed' }, finishedAt: 9 } })
      expect(await builds.findOpen(openKeys)).toBeUndefined()
      expect(await builds.insert({ ...newBuild(3), openKeys })).toMatchObject({ number: 2 })
    })
  })
}

function describeJobs(open: () => Promise<StoreUnderTest>): void {
  test('queued jobs come oldest first, and only when their time has come', async () => {
    await using under = await open()
    const { build } = await withJob(under.store)

    const seen = await under.store.transaction(async ({ jobs }) => {
      await jobs.insert(newJob(101, build.id, 4_000))
      await jobs.insert(newJob(102, build.id, 8_000))
      const queued = await jobs.listQueued({ now: 6_000, limit: 10 })
      return {
        queued: queued.map((job) => job.id),
        next: await jobs.nextNotBefore(6_000),
        waiting: (await jobs.listWaitingSince(4_500)).length,
      }
    })

    expect(seen).toEqual({ queued: [id(101), id(100)], next: 8_000, waiting: 1 })
  })

  test('a save of a job that somebody else changed is run again from the beginning', async () => {
    await using under = await open()
    const { job } = await withJob(under.store)
    await under.store.transaction(({ jobs }) => jobs.save(job, { attempts: 1 }))
    const reads: number[] = []

    await under.store.transaction(async ({ jobs }) => {
      const read = reads.length === 0 ? job : ((await jobs.find(job.id)) ?? job)
      reads.push(read.attempts)
      await jobs.save(read, { attempts: read.attempts + 1 })
    })

    expect(reads).toEqual([0, 1])
    expect(await under.store.transaction(({ jobs }) => jobs.find(job.id))).toMatchObject({ attempts: 2, revision: 2 })
  })

  test('a job comes back as it was stored, with its new state', async () => {
    await using under = await open()
    const { job } = await withJob(under.store)

    const state = {
      state: 'leased',
      queuedAt: 5_000,
      readyAt: 5_100,
      attempt: 1,
      setbacks: { lost: 1, errored: 0, failed: 0 },
    } as const
    await under.store.transaction(({ jobs }) => jobs.save(job, { state, attempts: 1 }))

    const [stored] = await under.store.transaction(({ jobs }) => jobs.ofBuilds([job.buildId]))
    expect(stored).toEqual({ ...job, state, attempts: 1, revision: 1 })
    expect(await under.store.transaction(({ jobs }) => jobs.countByState())).toEqual({ leased: 1 })
  })
}

function describeAttempts(open: () => Promise<StoreUnderTest>): void {
  test('a job has one attempt of each number', async () => {
    await using under = await open()
    const { job } = await withJob(under.store)
    await under.store.transaction(({ attempts }) => attempts.insert(newAttempt(1, job.id)))

    const twice = under.store.transaction(({ attempts }) => attempts.insert({ ...newAttempt(1, job.id), id: id(777) }))

    await expect(twice).rejects.toThrow()
  })

  test('renewals count while the attempt is held, and beside what is saved', async () => {
    await using under = await open()
    const { job } = await withJob(under.store)

    const seen = await under.store.transaction(async ({ attempts }) => {
      const attempt = await attempts.insert(newAttempt(1, job.id))
      expect(await attempts.renew(attempt.id)).toBe(true)
      const saved = await attempts.save(attempt, { state: { state: 'lost', lostAt: 9 } })
      return { renewed: await attempts.renew(saved.id), held: await attempts.listHeld() }
    })

    expect(seen).toEqual({ renewed: false, held: [] })
  })

  test('chunks are read from any position, byte for byte', async () => {
    await using under = await open()

    const read = await under.store.transaction(async ({ chunks }) => {
      const parts = ['ab', 'cde', 'f']
      let position = 0
      for (const [step, part] of parts.entries()) {
        await chunks.insert(id(1), { step, offset: 0, position, at: 1, bytes: Buffer.from(part) })
        position += part.length
      }
      const texts = async (from: number) =>
        (await chunks.list(id(1), { position: from, limit: 10 })).map(({ bytes }) => Buffer.from(bytes).toString())
      return { all: await texts(0), middle: await texts(3), border: await texts(5), behind: await texts(6) }
    })

    expect(read).toEqual({ all: parts(), middle: ['cde', 'f'], border: ['f'], behind: [] })
  })
}

function parts(): string[] {
  return ['ab', 'cde', 'f']
}

function describeTraffic(open: () => Promise<StoreUnderTest>): void {
  test('a message is kept once', async () => {
    await using under = await open()
    const message = { id: id(1), eventKey: 'key', buildId: id(2), at: 1 }

    const kept = await under.store.transaction(async ({ inflow }) => [
      await inflow.keepMessage(message),
      await inflow.keepMessage(message),
    ])

    expect(kept).toEqual([true, false])
  })

  test('the outbox gives what was put in, in order, until it is removed', async () => {
    await using under = await open()

    const left = await under.store.transaction(async ({ outbox }) => {
      for (const sequence of [1, 2, 3])
        await outbox.insert({ id: id(sequence), topic: 't', body: `${sequence}`, buildId: id(9), sequence })
      await outbox.remove([id(2)])
      return (await outbox.list(10)).map(({ body }) => body)
    })

    expect(left).toEqual(['1', '3'])
  })

  test('a runner that registers again is replaced, and only known ones have a heartbeat', async () => {
    await using under = await open()
    const runner = { id: id(1), name: 'ada', url: 'http://a', slots: 2, labels: ['x'], registeredAt: 5, life: 'first' }

    const seen = await under.store.transaction(async ({ runners }) => {
      await runners.put(runner)
      await runners.put({ ...runner, slots: 4 })
      return { beats: [await runners.heartbeat(id(1)), await runners.heartbeat(id(2))], list: await runners.list() }
    })

    expect(seen.beats).toEqual([true, false])
    expect(seen.list).toEqual([{ ...runner, slots: 4, heartbeats: 2 }])
  })

  test('runners that nobody else leases to are claimed, which is no sign of life of them', async () => {
    await using under = await open()
    const runner = { name: 'ada', url: 'http://a', slots: 2, labels: ['x'], registeredAt: 5, life: 'first' }

    const seen = await under.store.transaction(async ({ runners }) => {
      for (const number of [1, 2, 3]) await runners.put({ ...runner, id: id(number) })
      const claimed = [await runners.claim([id(1), id(3)]), await runners.claim([])]
      return { claimed: claimed.map((ids) => ids.toSorted()), list: await runners.list() }
    })

    expect(seen.claimed).toEqual([[id(1), id(3)], []])
    expect(seen.list.map(({ heartbeats }) => heartbeats)).toEqual([0, 0, 0])
  })
}
