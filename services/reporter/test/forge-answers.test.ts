import { expect, test, vi } from 'vitest'
import { judgeReply } from '../judge-reply.ts'
import { build, eventsOf, sha } from './build-event.ts'
import { openForgeStandIn } from './open-forge-stand-in.ts'
import { openDirectory, openTestReporter } from './open-test-reporter.ts'

const { finished } = eventsOf()

test('a forge that fails three times is told at the fourth', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  forge.answers.push({ status: 500 }, { status: 502 }, { status: 503 })

  await reporter.publish(finished)
  await vi.waitFor(() => expect(forge.posted).not.toEqual([]))
  await reporter.settled()

  expect(forge.posted.map(({ answered }) => answered)).toEqual([500, 502, 503, 201])
})

test('a forge that cannot be reached is tried until it can be', async () => {
  await using directory = await openDirectory()
  const gone = await openForgeStandIn()
  await gone[Symbol.asyncDispose]()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: gone.apiUrl })

  await reporter.publish(finished)

  await vi.waitFor(async () => {
    await reporter.clock.advance(60_000)
    expect(await reporter.metrics()).toMatch(/narwhal_reports_total\{target="github-status",answer="failed"\} [3-9]/)
  })
  await vi.waitFor(async () => expect(await reporter.outbox.depth()).toEqual(new Map([['github-status', 1]])))
})

test('a limit of the forge holds back everything until its time has come', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  forge.answers.push({ status: 403, headers: { 'retry-after': '120' } })
  await reporter.publish(finished)
  await vi.waitFor(async () =>
    expect(await reporter.metrics()).toContain('narwhal_reports_total{target="github-status",answer="limited"} 1'),
  )

  await reporter.publish(eventsOf({ commit: { ...build().commit, sha: sha('b') } }).finished)
  await vi.waitFor(() => expect(directory.read(`127.0.0.1/octo/hello/${sha('b')}/1.json`)).resolves.toContain('passed'))
  await reporter.clock.advance(119_000)
  expect(forge.posted).toHaveLength(1)
  await reporter.clock.advance(1_000)
  await reporter.settled()

  expect(forge.posted.map(({ answered }) => answered)).toEqual([403, 201, 201])
})

test.each([404, 422])(
  'a status that the forge answers with %i is given up, and the end is told all the same',
  async (status) => {
    await using directory = await openDirectory()
    await using forge = await openForgeStandIn()
    await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
    const { queued, finished: end } = eventsOf()
    forge.answers.push({ status })
    await reporter.publish(queued)
    await vi.waitFor(async () =>
      expect(await reporter.metrics()).toContain('narwhal_reports_total{target="github-status",answer="refused"} 1'),
    )

    await reporter.publish(end)
    await vi.waitFor(() => expect(forge.posted).toHaveLength(2))
    await reporter.settled()

    expect(forge.posted.map(({ answered }) => answered)).toEqual([status, 201])
  },
)

test.each([401, 403])('a status that the forge forbids with %i is tried five times', async (status) => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  forge.answers.push(...Array.from({ length: 9 }, () => ({ status })))

  await reporter.publish(finished)
  await vi.waitFor(() => expect(forge.posted).not.toEqual([]))
  await reporter.settled()

  expect(forge.posted).toHaveLength(5)
})

test('a redirection that turns the POST into a GET counts as refused', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  forge.answers.push({ status: 301, headers: { location: `${forge.apiUrl}/healthz` } })

  await reporter.publish(finished)
  await vi.waitFor(() => expect(forge.posted).not.toEqual([]))
  await reporter.settled()

  expect(await reporter.metrics()).toContain('narwhal_reports_total{target="github-status",answer="refused"} 1')
})

const noon = Date.UTC(2026, 0, 1, 12)
const date = new Date(noon).toUTCString()

test.each([
  ['seconds', 403, { 'retry-after': '7' }, 7_000],
  ['a moment', 429, { 'retry-after': new Date(noon + 9_000).toUTCString(), date }, 9_000],
  [
    'an empty allowance',
    403,
    { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${noon / 1000 + 30}`, date },
    30_000,
  ],
  ['an allowance that is full again', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1', date }, 1_000],
  ['no time', 429, {}, 60_000],
  ['a day', 503, { 'retry-after': '86400' }, 3_600_000],
])('a limit that names %s waits for it', (_, status, headers, waitMs) => {
  const answer = judgeReply({ status, headers, message: '' }, { tries: 0, now: 0 })

  expect(answer).toMatchObject({ type: 'limited', waitMs, cause: { code: 'FORGE_LIMITED' } })
})

test('a limit that only words tell of is one', () => {
  const message = 'You have exceeded a secondary rate limit. Please wait.'

  expect(judgeReply({ status: 403, headers: {}, message }, { tries: 9, now: 0 })?.type).toBe('limited')
})
