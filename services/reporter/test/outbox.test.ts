import { join } from 'node:path'
import type { BuildEventMessage } from '@narwhal/protocol'
import { assert, asyncProperty, constantFrom, shuffledSubarray, array, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { openOutbox, type Outbox } from '../outbox.ts'
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

test('a batch that cannot be kept whole leaves nothing behind', async () => {
  await using outbox = await openOutbox(':memory:')
  const { finished } = eventsOf()
  const broken = { ...finished, build: { ...finished.build, id: {} } } as unknown as BuildEventMessage

  await expect(take(outbox, finished, broken)).rejects.toThrow()

  expect(await outbox.depth()).toEqual(new Map())
})
