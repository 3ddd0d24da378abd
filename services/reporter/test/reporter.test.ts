import { expect, test, vi } from 'vitest'
import { build, eventsOf, sha } from './build-event.ts'
import { openForgeStandIn } from './open-forge-stand-in.ts'
import { openDirectory, openTestReporter } from './open-test-reporter.ts'

test('a build is told once: pending, its outcome, and a result file', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const { queued, started, finished } = eventsOf()

  await reporter.publish(queued)
  await vi.waitFor(() => expect(forge.shown()).toEqual(['pending']))
  await reporter.publish(started, finished, finished, started, queued)
  await reporter.settled()

  expect(forge.shown()).toEqual(['pending', 'success'])
  expect(forge.posted.at(-1)).toEqual({
    path: `/repos/octo/hello/statuses/${sha()}`,
    authorization: 'token a-token-of-the-forge',
    body: {
      state: 'success',
      description: 'passed in 12 s',
      context: 'narwhal',
      target_url: `https://ci.example.org/v1/builds/${finished.build.id}`,
    },
    answered: 201,
  })
  expect(JSON.parse(await directory.read(`127.0.0.1/octo/hello/${sha()}/1.json`)).outcome).toBe('passed')
})

test('a build that was queued and started is pending once', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const { queued, started } = eventsOf()
  await reporter.publish(queued)
  await vi.waitFor(() => expect(forge.shown()).toEqual(['pending']))

  await reporter.publish(started)
  await reporter.settled()

  expect(forge.posted).toHaveLength(1)
  expect(await reporter.metrics()).toContain('narwhal_reports_total{target="github-status",answer="unchanged"} 1')
})

test('the end takes the place of what still waits', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const { queued, started, finished } = eventsOf()
  forge.answers.push({ status: 500 })
  await reporter.publish(queued)
  await vi.waitFor(() => expect(forge.posted).toHaveLength(1))

  await reporter.publish(started, finished)
  await reporter.settled()

  expect(forge.shown().at(-1)).toBe('success')
  expect(forge.shown().filter((state) => state !== 'pending')).toHaveLength(1)
})

test('an end that comes first is the last word', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const { queued, started, finished } = eventsOf()

  await reporter.publish(finished)
  await reporter.settled()
  await reporter.publish(started, queued)
  await reporter.publish(eventsOf({ commit: build().commit, number: 2 }).finished)
  await reporter.settled()

  expect(forge.shown()).toEqual(['success', 'success'])
})

test('the end waits until a pending status in flight was answered', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const { queued, finished } = eventsOf()
  forge.hold()
  await reporter.publish(queued)
  await vi.waitFor(() => expect(forge.posted).toHaveLength(1))

  await reporter.publish(finished)
  await vi.waitFor(() => expect(directory.read(`127.0.0.1/octo/hello/${sha()}/1.json`)).resolves.toContain('passed'))
  expect(forge.posted).toHaveLength(1)
  forge.release()
  await reporter.settled()

  expect(forge.shown()).toEqual(['pending', 'success'])
})

test('builds of other commits do not wait for a slow one', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const letters = ['a', 'b', 'c', 'd']
  forge.hold()

  await reporter.publish(
    ...letters.map((letter) => eventsOf({ commit: { ...build().commit, sha: sha(letter) } }).finished),
  )

  await vi.waitFor(() => expect(forge.posted).toHaveLength(4))
  forge.release()
  await reporter.settled()
})

test('what was taken is told by the next reporter on the same outbox', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  const { queued, finished } = eventsOf()
  {
    forge.answers.push({ status: 500 })
    await using first = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
    await first.publish(finished)
    await vi.waitFor(() => expect(forge.posted).toHaveLength(1))
    await vi.waitFor(async () => expect(await first.outbox.depth()).toEqual(new Map([['github-status', 1]])))
  }

  await using second = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  await second.publish(queued)
  await second.settled()

  expect(forge.shown()).toEqual(['success'])
})

test('without a token there are result files only', async () => {
  await using directory = await openDirectory()
  await using reporter = await openTestReporter({ directory: directory.path })
  const { queued, started, finished } = eventsOf()

  await reporter.publish(queued, started, finished)

  await vi.waitFor(() => expect(directory.read(`127.0.0.1/octo/hello/${sha()}/1.json`)).resolves.toContain('passed'))
  await reporter.settled()
  expect(await reporter.metrics()).not.toContain('target="github-status",answer')
})

test('a commit of another host gets a result file and no status', async () => {
  await using directory = await openDirectory()
  await using forge = await openForgeStandIn()
  await using reporter = await openTestReporter({ directory: directory.path, apiUrl: forge.apiUrl })
  const commit = { ...build().commit, repository: { host: 'local', owner: 'octo', name: 'hello' } }

  await reporter.publish(eventsOf({ commit }).finished)

  await vi.waitFor(() => expect(directory.read(`local/octo/hello/${sha()}/1.json`)).resolves.toContain('passed'))
  await reporter.settled()
  expect(forge.posted).toEqual([])
})

test('a message that cannot be read holds back nothing', async () => {
  await using directory = await openDirectory()
  await using reporter = await openTestReporter({ directory: directory.path })
  const { finished } = eventsOf()
  const { ending: _, ...endless } = finished.build
  const evil = { ...build().commit, repository: { host: '..', owner: '..', name: 'etc' } }

  await reporter.publishText('{"half":')
  await reporter.publishText(JSON.stringify({ ...finished, version: 2 }))
  await reporter.publishText(JSON.stringify({ ...finished, build: endless }))
  await reporter.publishText(JSON.stringify({ ...finished, build: { ...finished.build, commit: evil } }))
  await reporter.publish(finished)

  await vi.waitFor(() => expect(directory.read(`127.0.0.1/octo/hello/${sha()}/1.json`)).resolves.toContain('passed'))
  expect(await reporter.readiness()).toEqual({ status: 'ready', checks: { queue: 'ready' } })
})
