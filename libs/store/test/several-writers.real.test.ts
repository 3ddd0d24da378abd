import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobState } from '@narwhal/protocol'
import { type PostgresToTest, providePostgres } from '../../../test/setup/provide-postgres.ts'
import { type NewJob, openStore, type Store } from '../index.ts'
import { commit, id, newAttempt, newBuild, newJob, plannedJob } from './records.ts'

// Two processes on one store, as far as a store can tell.

let postgres: PostgresToTest
const opened = new AsyncDisposableStack()
let stores: readonly [Store, Store]
let client: Client

beforeAll(async () => {
  postgres = opened.use(await providePostgres())
  const { url } = opened.use(await postgres.openDatabase())
  stores = [opened.use(await openStore(url)), opened.use(await openStore(url))]
  client = new Client({ connectionString: url })
  opened.defer(() => client.end())
  await client.connect()
})

afterAll(() => opened.disposeAsync())

const finished: JobState = { state: 'finished', ending: { outcome: 'passed' }, queuedAt: 5_000, finishedAt: 5_900 }
const many = Array.from({ length: 20 }, (_, place) => place)

/** Both stores do it at once; what came of each. */
function both<T>(work: (store: Store, place: number) => Promise<T>): Promise<T[]> {
  return Promise.all(stores.map(work))
}

test('of two jobs of a build that end at once, one sees that both have ended', async () => {
  const builds = many.map((place) => id(1_000 + place * 10))
  for (const [place, build] of builds.entries())
    await stores[0].transaction(async (tables) => {
      await tables.builds.insert({ ...newBuild(0), id: build })
      await tables.jobs.insert(newJob(1_001 + place * 10, build))
      await tables.jobs.insert(newJob(1_002 + place * 10, build))
    })

  const seen = await Promise.all(builds.map((build) => both((store, place) => endJob(store, build, { place }))))

  expect(seen.map((ends) => ends.filter((allEnded) => allEnded).length)).toEqual(builds.map(() => 1))
})

async function endJob(store: Store, buildId: string, { place }: { place: number }): Promise<boolean> {
  return store.transaction(async ({ jobs }) => {
    const job = (await jobs.ofBuilds([buildId]))[place]
    if (job !== undefined) await jobs.save(job, { state: finished })
    return (await jobs.ofBuilds([buildId])).every(({ state }) => state.state === 'finished')
  })
}

test('of two jobs of a concurrency group of one, that two lease at once, one is leased', async () => {
  const groups = many.map((place) => `deploy-${place}`)
  for (const [place, group] of groups.entries())
    await stores[0].transaction(async (tables) => {
      const build = await tables.builds.insert({ ...newBuild(0), id: id(2_000 + place * 10) })
      for (const number of [1, 2]) await tables.jobs.insert(grouped(2_000 + place * 10 + number, build.id, group))
    })

  const leased = await Promise.all(
    groups.map((_, group) => both((store, place) => leaseIfItsTurn(store, id(2_001 + group * 10 + place)))),
  )

  expect(leased.map((leases) => leases.filter((isLeased) => isLeased).length)).toEqual(groups.map(() => 1))
})

function grouped(number: number, buildId: string, group: string): NewJob {
  const planned = plannedJob(`job-${number}`, { concurrency: { group, limit: 1, cancelSuperseded: false } })
  return { ...newJob(number, buildId), planned }
}

/** As if both were first: each looks at what is held, and takes its own. */
async function leaseIfItsTurn(store: Store, jobId: string): Promise<boolean> {
  return store.transaction(async ({ jobs }) => {
    const job = await jobs.find(jobId)
    const group = { repository: job?.repository ?? '', group: job?.planned?.concurrency?.group ?? '' }
    const isHeld = (await jobs.ofGroup(group)).some(({ state }) => state.state === 'leased')
    if (job === undefined || isHeld) return false
    await jobs.save(job, {
      attempts: 1,
      state: { state: 'leased', queuedAt: 1, readyAt: 1, attempt: 1, setbacks: none },
    })
    return true
  })
}

const none = { lost: 0, errored: 0, failed: 0 }

test('a job that two lease at once is leased once', async () => {
  await stores[0].transaction(async (tables) => {
    await tables.builds.insert({ ...newBuild(0), id: id(3_000) })
    for (const place of many) await tables.jobs.insert(newJob(3_001 + place, id(3_000)))
  })

  const leased = await both((store, runner) =>
    store.transaction(async ({ jobs, attempts }) => {
      const queued = await jobs.listQueued({ now: 6_000, limit: 100, buildId: id(3_000) })
      for (const job of queued) {
        await attempts.insert({ ...newAttempt(1, job.id), id: `${runner}-${job.id}` })
        await jobs.save(job, {
          attempts: 1,
          state: { state: 'leased', queuedAt: 1, readyAt: 1, attempt: 1, setbacks: none },
        })
      }
      return queued.length
    }),
  )

  expect(leased.toSorted((a, b) => a - b)).toEqual([0, many.length])
})

test('a runner that one leases to is left out by another, who does not wait for it', async () => {
  const ids = await putRunners(100, 2)
  const [ada, bob] = stores

  const claims = await ada.transaction(async ({ runners }) => {
    const first = await runners.claim(ids.slice(0, 1))
    return [first, await bob.transaction((tables) => tables.runners.claim(ids))]
  })

  expect(claims).toEqual([ids.slice(0, 1), ids.slice(1)])
})

test('a runner whose registration an upgrade has not seen is leased to after its next sign of life', async () => {
  const ids = await putRunners(300, 1)
  await client.query('delete from runner_claims where runner_id = $1', [...ids])
  const claim = () => stores[0].transaction(({ runners }) => runners.claim(ids))

  const before = await claim()
  await putRunners(300, 1)

  expect([before, await claim()]).toEqual([[], ids])
})

test('a sign of life waits for nobody who leases to the runner', async () => {
  const [runnerId = ''] = await putRunners(400, 1)
  const [ada, bob] = stores

  const heard = await ada.transaction(async ({ runners }) => {
    await runners.claim([runnerId])
    return bob.transaction((tables) => tables.runners.heartbeat(runnerId))
  })

  expect(heard).toBe(true)
})

test('of the free slots of runners, none is given twice by two that lease at once', async () => {
  const ids = await putRunners(200, many.length)
  await stores[0].transaction(({ builds }) => builds.insert({ ...newBuild(0), id: id(6_000) }))

  const leases = await both(async (store, side) => {
    let count = 0
    for (const [place, runnerId] of ids.entries())
      count += await store.transaction(async (tables) => {
        const isHeld = (await tables.attempts.listHeld()).some((held) => held.runnerId === runnerId)
        if (isHeld || (await tables.runners.claim([runnerId])).length === 0) return 0
        const job = await tables.jobs.insert(newJob(6_001 + place * 2 + side, id(6_000)))
        await tables.attempts.insert({ ...newAttempt(1, job.id), id: id(7_001 + place * 2 + side), runnerId })
        return 1
      })
    return count
  })

  const held = await stores[0].transaction(({ attempts }) => attempts.listHeld())
  const runners = held.map(({ runnerId }) => runnerId).filter((runnerId) => ids.includes(runnerId))
  expect(new Set(runners).size).toBe(runners.length)
  expect(runners.length).toBe((leases[0] ?? 0) + (leases[1] ?? 0))
})

async function putRunners(first: number, count: number): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, place) => id(first + place))
  const runner = { name: 'ada', url: 'http://a', slots: 1, labels: [], registeredAt: 5, life: 'first' }
  await stores[0].transaction(async ({ runners }) => {
    for (const each of ids) await runners.put({ ...runner, id: each })
  })
  return ids
}

test('the same message and the same commit at two at once are one build', async () => {
  const made = await Promise.all(
    many.map((place) =>
      both((store, side) =>
        store.transaction(async ({ builds, inflow }) => {
          const known = await inflow.buildOfMessage(`message-${place}`)
          if (known !== undefined) return known
          const openKeys = { event: `event-${place}`, commit: `commit-${place}` }
          const open = await builds.findOpen(openKeys)
          const build = open ?? (await builds.insert({ ...newBuild(0), id: id(4_000 + place * 10 + side), openKeys }))
          await inflow.keepMessage({ id: `message-${place}`, eventKey: 'e', buildId: build.id, at: 1 })
          return build.id
        }),
      ),
    ),
  )

  expect(made.map((ids) => new Set(ids).size)).toEqual(many.map(() => 1))
})

test('builds that many make at once have all numbers, each once', async () => {
  const ofRepository = { ...commit, repository: { ...commit.repository, name: 'numbers' } }

  const numbers = await Promise.all(
    many.flatMap((place) =>
      both((store, side) =>
        store.transaction(async ({ builds }) => {
          const build = await builds.insert({ id: id(5_000 + place * 10 + side), commit: ofRepository, createdAt: 1 })
          return build.number
        }),
      ),
    ),
  )

  const inOrder = numbers.flat().toSorted((a, b) => a - b)
  expect(inOrder).toEqual(inOrder.map((_, place) => place + 1))
})
