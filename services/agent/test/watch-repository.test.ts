import { silentLog, virtualClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openInbox } from '../inbox.ts'
import { type LookAtHeads, watchRepository } from '../watch-repository.ts'
import { makeRepository } from './make-repository.ts'
import { openDirectory, openTestAgent } from './open-test-agent.ts'

const repository = { host: 'local', owner: 'demo', name: 'hello' }

test('a watched repository tells of its head, then of every new commit, branch and tag', async () => {
  await using made = await makeRepository()
  const clock = virtualClock()
  await using agent = await openTestAgent({ clock, watched: [{ repository, url: made.path }] })
  const told = () => agent.messages.map(({ commit: { ref, sha } }) => `${ref} ${sha}`)
  await eventually(() => expect(told()).toEqual([`refs/heads/main ${made.sha}`]))

  const second = await made.commit('The second commit')
  await eventually(() => look(clock, () => expect(told()).toContain(`refs/heads/main ${second}`)))
  await made.git('branch', 'topic')
  await made.git('tag', '--annotate', '-m', 'One', 'v1')
  await eventually(() => look(clock, () => expect(told()).toHaveLength(4)))

  expect(told().slice(2).sort()).toEqual([`refs/heads/topic ${second}`, `refs/tags/v1 ${second}`])
  expect(agent.messages[0]).toMatchObject({ version: 1, commit: { repository, trigger: 'poll' } })
  expect(agent.messages.map(({ commit: { before } }) => before)).toEqual([undefined, made.sha, undefined, undefined])
  expect(new Set(agent.messages.map(({ eventKey }) => eventKey)).size).toBe(4)
})

test('after a restart the head is told again as a new event, and what other branches got meanwhile is not missed', async () => {
  await using made = await makeRepository()
  await using directory = await openDirectory()
  await made.git('branch', 'topic')
  const watched = [{ repository, url: made.path }]
  let firstKey: string | undefined
  {
    await using agent = await openTestAgent({ data: directory.path, watched })
    await eventually(() => expect(agent.messages).toHaveLength(1))
    firstKey = agent.messages[0]?.eventKey
  }
  await made.git('checkout', '--quiet', 'topic')
  const missed = await made.commit('While the agent was down')
  await made.git('checkout', '--quiet', 'main')

  await using agent = await openTestAgent({ data: directory.path, watched })

  await eventually(() => expect(agent.messages).toHaveLength(2))
  expect(agent.messages.map(({ commit: { ref, sha } }) => [ref, sha])).toEqual([
    ['refs/heads/main', made.sha],
    ['refs/heads/topic', missed],
  ])
  expect(agent.messages[0]?.eventKey).not.toBe(firstKey)
})

test('a branch that goes there and back gives an event each time', async () => {
  const shas = ['a', 'b', 'a', 'b'].map((letter) => letter.repeat(40))
  await using inbox = await openInbox(':memory:', { limitBytes: 1e9, clock: virtualClock() })
  const clock = virtualClock()
  let look = 0
  await using _watch = watchRepository(
    { repository, url: '/srv/hello' },
    {
      inbox,
      clock,
      log: silentLog(),
      lookAtHeads: async () => {
        const head = { ref: 'refs/heads/main', sha: shas[Math.min(look++, 3)] ?? '' }
        return { head, refs: [head] }
      },
    },
  )

  await clock.advance(20_000)

  const messages = (await inbox.takeUnrelayed(10)).map(({ message }) => JSON.parse(message))
  expect(messages.map(({ commit }) => commit.sha)).toEqual(shas)
})

test.each([
  ['/srv/hello', 2_000],
  ['file:///srv/hello', 2_000],
  ['https://git.example.org/octo/hello.git', 30_000],
])('%s is looked at every %i ms', async (url, intervalMs) => {
  await using watch = await watchWith(url, async () => ({ refs: [] }))

  await watch.clock.advance(intervalMs * 10)

  expect(watch.looks).toHaveLength(11)
})

test('a repository that cannot be looked at is looked at again, ever more seldom, without end', async () => {
  await using watch = await watchWith('/srv/hello', async () => Promise.reject(new TypeError('no route')))

  await watch.clock.advance(24 * 3_600_000)

  expect(watch.looks.length).toBeGreaterThan(100)
  expect(watch.looks.length).toBeLessThan(5_000)
})

test('an inbox that is full loses no head', async () => {
  const head = { ref: 'refs/heads/main', sha: 'a'.repeat(40) }
  const clock = virtualClock()
  await using inbox = await openInbox(':memory:', { limitBytes: 1_500, clock })
  const before = { ...head, ref: 'refs/heads/before' }
  await inbox.keepHeads({ repository: 'x/y/z', moved: [], goneRefs: [], messages: [messageOf(before.ref)] })
  await using _watch = watchRepository(
    { repository, url: '/srv/hello' },
    {
      inbox,
      clock,
      log: silentLog(),
      lookAtHeads: async () => ({ head, refs: [head] }),
    },
  )
  await clock.advance(60_000)
  expect(await inbox.depth()).toBe(1)

  await inbox.markRelayed((await inbox.takeUnrelayed(10)).map(({ id }) => id))
  await clock.advance(3_600_000)

  expect(await inbox.takeUnrelayed(10)).toMatchObject([{ message: expect.stringContaining(head.sha) }])
})

/** Lets one interval pass, then looks whether `expected` has come true. */
async function look(clock: ReturnType<typeof virtualClock>, expected: () => void): Promise<void> {
  await clock.advance(2_000)
  expected()
}

async function watchWith(url: string, answer: LookAtHeads) {
  const clock = virtualClock()
  const looks: number[] = []
  const inbox = await openInbox(':memory:', { limitBytes: 1e9, clock })
  const lookAtHeads: LookAtHeads = (source, options) => {
    looks.push(clock.now())
    return answer(source, options)
  }
  const watch = watchRepository({ repository, url }, { inbox, clock, log: silentLog(), lookAtHeads })
  return {
    clock,
    looks,
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]()
      await inbox[Symbol.asyncDispose]()
    },
  }
}

function messageOf(ref: string) {
  const commit = { repository, ref, sha: 'a'.repeat(40), trigger: 'poll' as const }
  return { version: 1 as const, id: '01890000-0000-7000-8000-000000000000', eventKey: ref, receivedAt: 0, commit }
}
