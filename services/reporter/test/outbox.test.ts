import { join } from 'node:path'
import type { BuildEventMessage } from '@narwhal/protocol'
import { assert, asyncProperty, constantFrom, shuffledSubarray, array, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { openSqlite } from '@narwhal/store'
import { openOutbox, type Outbox } from '../outbox.ts'
import { outboxMigrations, type OutboxSchema } from '../outbox-schema.ts'
import { build, eventsOf, sha } from './build-event.ts'
import { openDirectory } from './open-test-reporter.ts'

const everything = { at: 0, exceptLanes: [], limit: 100 }

function take(outbox: Outbox, ...events: readonly BuildEventMessage[]): Promise<void> {
  return outbox.take(
    events.map((event) => ({ event, targets: ['github-status'] })),
    [],
  )
}

test('whatever comes in whatever order and however often, the end is due last and once', async () => {
  const { queued, started, finished } = eventsOf()
  const orders = tuple(
    shuffledSubarray([queued, started, finished], { minLength: 3 }),
    array(constantFrom(queued, started, finished), { maxLength: 5 }),
  )

  await assert(
    asyncProperty(orders, async ([each, repeated]) => {
      await using outbox = await openOutbox(':memory:')
      const told: string[] = []
      for (const event of [...each, ...repeated]) {
        await take(outbox, event)
        const { reports } = await outbox.due('github-status', everything)
        for (const report of reports) {
          told.push(report.build.state)
          await outbox.settleTold(report, report.build.state, 1)
        }
      }
      expect(told.at(-1)).toBe('finished')
      expect(told.filter((state) => state === 'finished')).toHaveLength(1)
      expect(told).toEqual(told.toSorted((one, other) => rank(one) - rank(other)))
    }),
    { numRuns: 100 },
  )
})

function rank(state: string): number {
  return ['queued', 'running', 'finished'].indexOf(state)
}

test('of one build only the newest state waits, also after the outbox is opened again', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'outbox.sqlite')
  const { queued, started, finished } = eventsOf()
  {
    await using outbox = await openOutbox(path)
    await take(outbox, queued)
    await take(outbox, started)
    await take(outbox, finished)
    const { reports } = await outbox.due('github-status', everything)
    for (const report of reports) await outbox.rest(report, 1_000_000)
  }

  await using outbox = await openOutbox(path)

  const { reports } = await outbox.due('github-status', everything)
  expect(reports).toMatchObject([{ tries: 0, build: finished.build }])
})

test('a lane that rests holds back its own later reports and no others', async () => {
  await using outbox = await openOutbox(':memory:')
  const { commit } = build()
  const first = eventsOf({ number: 1 }).finished
  const later = eventsOf({ number: 2 }).finished
  const other = eventsOf({ number: 3, commit: { ...commit, sha: sha('b') } }).finished
  await take(outbox, first, later, other)
  const [head] = (await outbox.due('github-status', everything)).reports
  expect(head?.build.number).toBe(1)
  if (head !== undefined) await outbox.rest(head, 500)

  const others = await outbox.due('github-status', everything)
  const exceptLanes = others.reports.map(({ lane }) => lane)
  const resting = await outbox.due('github-status', { ...everything, exceptLanes })
  const rested = await outbox.due('github-status', { ...everything, at: 500 })

  expect(others.reports.map((report) => report.build.number)).toEqual([3])
  expect(resting).toEqual({ reports: [], nextAt: 500 })
  expect(rested.reports.map((report) => [report.build.number, report.tries])).toEqual([
    [1, 1],
    [3, 0],
  ])
})

test('a status that was posted after a rest is looked after before younger reports are told', async () => {
  await using outbox = await openOutbox(':memory:')
  const commit = { ...build().commit, sha: sha('b') }
  await take(outbox, eventsOf({ number: 1 }).finished, eventsOf({ number: 2, commit }).finished)
  const [first] = (await outbox.due('github-status', everything)).reports
  if (first !== undefined) await outbox.rest(first, 500)

  if (first !== undefined) await outbox.keepPosted(first, 'success: passed', { id: 1, creator: 7 })

  const { reports } = await outbox.due('github-status', { ...everything, at: 500 })
  expect(reports.map(({ build: { number } }) => number)).toEqual([1, 2])
  expect(reports[0]).toMatchObject({ told: 'success: passed', receipt: { id: 1, creator: 7 } })
})

test('a batch that cannot be kept whole leaves nothing behind', async () => {
  await using outbox = await openOutbox(':memory:')
  const { finished } = eventsOf()
  const broken = { ...finished, build: { ...finished.build, id: {} } } as unknown as BuildEventMessage

  await expect(take(outbox, finished, broken)).rejects.toThrow()

  expect(await outbox.depth()).toEqual(new Map())
})

test('of many that wait in one lane and in many, each is due in its turn, also after the outbox is opened again', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'outbox.sqlite')
  const { commit } = build()
  const together = Array.from({ length: 60 }, (_, index) => eventsOf({ number: index + 1 }).finished)
  const apart = Array.from({ length: 60 }, (_, index) => {
    const own = { ...commit, sha: String(index).padStart(40, '0') }
    return eventsOf({ number: index + 61, commit: own }).finished
  })
  {
    await using outbox = await openOutbox(path)
    await take(outbox, ...together, ...apart)
  }

  await using outbox = await openOutbox(path)
  const told: number[] = []
  for (let turn = 0; turn < 120; turn++) {
    const [report] = (await outbox.due('github-status', { ...everything, limit: 8 })).reports
    if (report === undefined) break
    told.push(report.build.number)
    await outbox.settleTold(report, 'passed', 1)
  }

  expect(told).toEqual(Array.from({ length: 120 }, (_, index) => index + 1))
})

test('a report behind one that a newer state of its build replaces comes to its turn', async () => {
  await using outbox = await openOutbox(':memory:')
  const first = eventsOf({ number: 1 })
  const second = eventsOf({ number: 2 })
  await take(outbox, first.queued, second.queued)

  await take(outbox, first.finished)

  expect((await outbox.due('github-status', everything)).reports.map(({ build: { number } }) => number)).toEqual([2])
})

test('what an older reporter had kept is due', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'outbox.sqlite')
  const older = Object.entries(outboxMigrations).filter(([name]) => name < '0003')
  const store = await openSqlite<OutboxSchema>(path, Object.fromEntries(older))
  const key = { build_id: 'b', target: 'github-status', sequence: 1 } as const
  await store
    .insertInto('progress')
    .values({ ...key, is_terminal: 0 })
    .execute()
  await store
    .insertInto('reports')
    .values({ ...key, lane: 'a lane', build: '{}' })
    .execute()
  await store.destroy()

  await using outbox = await openOutbox(path)

  expect((await outbox.due('github-status', everything)).reports).toMatchObject([{ lane: 'a lane' }])
})
