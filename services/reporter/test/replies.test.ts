import { join } from 'node:path'
import { openSqlite } from '@narwhal/store'
import { expect, test, vi } from 'vitest'
import { openOutbox } from '../outbox.ts'
import { outboxMigrations, type OutboxSchema } from '../outbox-schema.ts'
import { build, eventsOf } from './build-event.ts'
import { openForgeStandIn } from './open-forge-stand-in.ts'
import { openDirectory, openTestReporter } from './open-test-reporter.ts'

test('the dispatcher hears once of each target that was told of the end, and not of the states before', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const { queued, started, finished } = eventsOf()

  await reporter.publish(queued, started)
  await reporter.settled()
  await reporter.publish(finished, finished)
  await reporter.settled()

  await vi.waitFor(() => expect(reporter.replies).toHaveLength(2))
  const about = { type: 'report', buildId: finished.build.id, sequence: 3 }
  expect(reporter.replies.toSorted(byTarget)).toMatchObject([
    { ...about, report: { target: 'file', state: 'delivered' } },
    { ...about, report: { target: 'github-status', state: 'delivered' } },
  ])
})

function byTarget(one: object, other: object): number {
  return JSON.stringify(one).includes('"file"') ? -1 : JSON.stringify(other).includes('"file"') ? 1 : 0
}

test('what the forge refuses is told with its code and words', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  forge.answers.push({ status: 422, message: 'No commit found for SHA' })

  await reporter.publish(eventsOf().finished)
  await reporter.settled()

  await vi.waitFor(() =>
    expect(reporter.replies).toContainEqual(
      expect.objectContaining({
        report: {
          target: 'github-status',
          state: 'refused',
          code: 'STATUS_REFUSED',
          detail: expect.stringContaining('No commit found for SHA') as unknown,
          at: expect.any(Number) as unknown,
        },
      }),
    ),
  )
})

test.each([
  ['local', undefined, 'The repository is a directory, and at no forge.'],
  ['127.0.0.1', undefined, 'The reporter has no NARWHAL_GITHUB_TOKEN: it tells no forge.'],
  [
    'git.example.org',
    'http',
    "The repository is at git.example.org; the reporter's NARWHAL_GITHUB_TOKEN is for 127.0.0.1.",
  ],
])(
  'of a repository at %s nobody is told where the token is for %s, and the dispatcher hears why',
  async (host, token, detail) => {
    await using directory = await openDirectory()
    await using forge = await openForgeStandIn()
    const apiUrl = token === undefined ? {} : { apiUrl: forge.apiUrl }
    await using reporter = await openTestReporter({ directory: directory.path, ...apiUrl })
    const { queued, finished } = eventsOf({
      commit: { ...build().commit, repository: { host, owner: 'octo', name: 'hello' } },
    })

    await reporter.publish(queued, finished)
    await reporter.settled()

    await vi.waitFor(() => expect(reporter.replies).toHaveLength(2))
    expect(reporter.replies).toContainEqual(
      expect.objectContaining({
        report: { target: 'github-status', state: 'untold', detail, at: expect.any(Number) as unknown },
      }),
    )
  },
)

test('what nobody could read goes to the dispatcher, word for word', async () => {
  await using directory = await openDirectory()
  await using reporter = await openTestReporter({ directory: directory.path })

  await reporter.publishText('{"half":')

  await vi.waitFor(() =>
    expect(reporter.replies).toMatchObject([
      {
        type: 'quarantine',
        topic: 'build-events',
        body: '{"half":',
        because: 'it is no message of the topic build-events: it is not JSON',
      },
    ]),
  )
})

test('an event that breaks a rule of the outbox goes to the dispatcher, and the others of its batch are told', async () => {
  await using directory = await openDirectory()
  await using reporter = await openTestReporter({ directory: directory.path, poison: 'p'.repeat(10) })
  const poisoned = eventsOf({ commit: { ...build().commit, message: 'p'.repeat(10) } }).finished
  const { finished } = eventsOf({ number: 2 })

  await reporter.publishTogether(poisoned, finished)

  await vi.waitFor(async () => {
    await reporter.clock.advance(50)
    expect(reporter.replies).toHaveLength(3)
  }, 8_000)
  expect(reporter.replies).toContainEqual(
    expect.objectContaining({
      type: 'quarantine',
      because: 'it can be read, but not taken: TypeError: a bug',
      body: JSON.stringify(poisoned),
    }),
  )
  expect(reporter.replies).toContainEqual(expect.objectContaining({ buildId: finished.build.id }))
})

test('replies that nobody took yet are there after a restart, in their order', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'outbox.sqlite')
  const [first, second] = [eventsOf(), eventsOf({ number: 2 })]
  {
    await using outbox = await openOutbox(path)
    await outbox.take(
      [
        { event: first.finished, targets: ['file'] },
        { event: second.finished, targets: ['file'] },
      ],
      [],
    )
    for (let turn = 0; turn < 2; turn++) {
      const [report] = (await outbox.due('file', { at: 0, exceptLanes: [], limit: 1 })).reports
      if (report !== undefined) await outbox.settleTold(report, 'a file', 7)
    }
  }

  await using outbox = await openOutbox(path)
  const replies = await outbox.replies(10)
  await outbox.removeReplies(replies.slice(0, 1).map(({ id }) => id))

  expect(replies.map(({ body }) => (JSON.parse(body) as { buildId: string }).buildId)).toEqual([
    first.finished.build.id,
    second.finished.build.id,
  ])
  expect(await outbox.replies(10)).toEqual(replies.slice(1))
})

test('what an older reporter had put aside goes to the dispatcher', async () => {
  await using directory = await openDirectory()
  const path = join(directory.path, 'outbox.sqlite')
  const kept = { id: 'm', topic: 'build-events', body: '{', because: 'no JSON', at: 5 }
  const older = Object.fromEntries(Object.entries(outboxMigrations).filter(([name]) => name === '0001-outbox'))
  const store = await openSqlite<OutboxSchema & { quarantine: typeof kept }>(path, older)
  await store.insertInto('quarantine').values(kept).execute()
  await store.destroy()

  await using outbox = await openOutbox(path)

  const { id: _, ...others } = kept
  const [reply] = await outbox.replies(10)
  expect(JSON.parse(reply?.body ?? '')).toMatchObject({ type: 'quarantine', messageId: 'm', ...others })
})
