import { generateKeyPairSync } from 'node:crypto'
import { silentLog, virtualClock } from '@narwhal/host'
import { expect, test } from 'vitest'
import { sweepOptions } from '../sweep/sweep-options.ts'
import { eventually } from './eventually.ts'
import { makeRepository } from './make-repository.ts'
import { openDeliveryLogs } from './open-delivery-logs.ts'
import { anySha, openDirectory, openTestAgent, pushBody } from './open-test-agent.ts'

const everyMs = 600_000

const configOf = (githubApiUrl: string, cloneUrlTemplate = 'https://127.0.0.1/{owner}/{name}.git') => ({
  ...{ githubApiUrl, cloneUrlTemplate, githubRepositories: ['octo/hello'], sweepMs: everyMs },
})

/** An agent that sweeps the logs of a stand-in for GitHub with the token of `octo`. */
async function openSweepingAgent(
  url: string,
  { clock = virtualClock(), data }: { clock?: ReturnType<typeof virtualClock>; data?: string } = {},
) {
  const sweep = sweepOptions({ ...configOf(url), githubToken: 'secret-of-octo' }, silentLog())
  const lookAtHeads = async () => ({ refs: [] })
  const agent = await openTestAgent({
    clock,
    sweep,
    lookAtHeads,
    forgeHost: '127.0.0.1',
    ...(data === undefined ? {} : { data }),
  })
  return { ...agent, clock, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() }
}

const payloadOf = (sha: string) => JSON.parse(pushBody({ sha })) as unknown

test('a push that the webhook could not deliver is found at the start, and is the same delivery as its redelivery', async () => {
  await using github = await openDeliveryLogs()
  const [sha, body] = [anySha(), pushBody({ sha: anySha() })]
  const clock = virtualClock()
  const at = clock.now() - 3_600_000
  github.tries.push({ guid: 'taken', status: 202, at, payload: payloadOf(anySha()) })
  github.tries.push({ guid: 'missed', status: 502, at, payload: payloadOf(sha) })
  github.tries.push({ guid: 'issue', status: 502, at, event: 'issues', payload: {} })

  await using agent = await openSweepingAgent(github.url, { clock })
  await eventually(() => expect(agent.messages.map(({ commit }) => commit.sha)).toEqual([sha]))
  const redelivered = await agent.deliver(body, { id: 'missed' })

  expect(redelivered.status).toBe(200)
  expect(agent.messages).toHaveLength(1)
})

test('a push that fails while the agent is up is found by the next sweep, and each is fetched once', async () => {
  await using github = await openDeliveryLogs()
  await using agent = await openSweepingAgent(github.url)
  await eventually(() => expect(github.asked.some((url) => url.includes('/deliveries'))).toBe(true))
  const sha = anySha()
  github.tries.push({ guid: 'missed', status: 0, at: agent.clock.now(), payload: payloadOf(sha) })

  await eventually(async () => {
    await agent.clock.advance(everyMs)
    expect(agent.messages.map(({ commit }) => commit.sha)).toEqual([sha])
  })
  await agent.clock.advance(everyMs * 3)

  await eventually(() => expect(github.asked.length).toBeGreaterThan(6))
  expect(github.asked.filter((url) => url.endsWith('/deliveries/1000'))).toHaveLength(1)
})

test('what could not be fetched is fetched by a later sweep, and older pushes are not forgotten for newer ones', async () => {
  await using github = await openDeliveryLogs()
  const clock = virtualClock()
  const [first, second] = [anySha(), anySha()]
  github.tries.push({ guid: 'first', status: 500, at: clock.now() - 2_000_000, payload: payloadOf(first) })
  github.tries.push({ guid: 'second', status: 500, at: clock.now() - 1_000, payload: payloadOf(second) })
  github.broken.add('first')
  await using agent = await openSweepingAgent(github.url, { clock })
  await eventually(() => expect(github.asked.some((url) => url.endsWith('/deliveries/1000'))).toBe(true))

  github.broken.delete('first')

  await eventually(async () => {
    await clock.advance(everyMs)
    expect(agent.messages.map(({ commit }) => commit.sha).toSorted()).toEqual([first, second].toSorted())
  })
})

test('a delivery that cannot be fetched, or makes no sense, holds up no other', async () => {
  await using github = await openDeliveryLogs()
  const clock = virtualClock()
  const [before, behind] = [anySha(), anySha()]
  github.tries.push({ guid: 'before', status: 500, at: clock.now() - 4_000, payload: payloadOf(before) })
  github.tries.push({ guid: 'odd', status: 500, at: clock.now() - 3_000, payload: { ref: 7 } })
  github.tries.push({ guid: 'gone', status: 500, at: clock.now() - 2_000, payload: payloadOf(anySha()) })
  github.tries.push({ guid: 'behind', status: 500, at: clock.now() - 1_000, payload: payloadOf(behind) })
  github.broken.add('gone')

  await using agent = await openSweepingAgent(github.url, { clock })

  await eventually(() =>
    expect(agent.messages.map(({ commit }) => commit.sha).toSorted()).toEqual([before, behind].toSorted()),
  )
  const metrics = await (await fetch(`${agent.baseUrl}/metrics`)).text()
  expect(metrics).toContain('narwhal_swept_commits_total{by="delivery-log"} 2')
})

test('an agent that was down for a day reads the whole log of that day, page by page', async () => {
  await using github = await openDeliveryLogs({ pageSize: 2 })
  await using directory = await openDirectory()
  const clock = virtualClock()
  {
    await using _agent = await openSweepingAgent(github.url, { clock, data: directory.path })
    await eventually(() => expect(github.asked.length).toBeGreaterThan(1))
  }
  const shas = Array.from({ length: 7 }, anySha)
  for (const [place, sha] of shas.entries())
    github.tries.push({ guid: `g${place}`, status: 0, at: clock.now() + place * 3_600_000, payload: payloadOf(sha) })
  await clock.advance(24 * 3_600_000)

  await using agent = await openSweepingAgent(github.url, { clock, data: directory.path })

  await eventually(() => expect(agent.messages.map(({ commit }) => commit.sha)).toEqual(shas))
})

test('an app reads its own log with its key', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  await using github = await openDeliveryLogs({ publicKey })
  const clock = virtualClock()
  const sha = anySha()
  github.tries.push({ guid: 'missed', status: 504, at: clock.now() - 1_000, payload: payloadOf(sha) })
  const config = { ...configOf(github.url), githubAppId: '12', githubAppKey: privateKey }

  await using agent = await openTestAgent({
    ...{ clock, forgeHost: '127.0.0.1', lookAtHeads: async () => ({ refs: [] }) },
    sweep: sweepOptions(config, silentLog()),
  })

  await eventually(() => expect(agent.messages.map(({ commit }) => commit.sha)).toEqual([sha]))
})

test('half an app is a fault of the configuration', () => {
  const config = { ...configOf('https://api.github.com'), githubAppId: '12' }

  expect(() => sweepOptions(config, silentLog())).toThrow('belong together')
})

test('a push of which no webhook came and no log can be read is found by the heads, once', async () => {
  await using made = await makeRepository()
  await using github = await openDeliveryLogs()
  const clock = virtualClock()
  const sweep = sweepOptions({ ...configOf(github.url, made.path) }, silentLog())
  await using agent = await openTestAgent({ clock, sweep, forgeHost: '127.0.0.1' })
  const known = async () => expect((await agent.inbox.headsOf('swept 127.0.0.1/octo/hello')).size).toBe(1)
  await eventually(known)

  const sha = await made.commit('Nobody tells of it')

  await eventually(async () => {
    await clock.advance(60_000)
    expect(agent.messages.map(({ commit }) => commit.sha)).toEqual([sha])
  })
  expect(agent.messages[0]).toMatchObject({ unlessBuilt: true, commit: { trigger: 'push', before: made.sha } })
  await clock.advance(everyMs * 3)
  expect(agent.messages).toHaveLength(1)
})

test('a repository is swept from its first webhook on', async () => {
  await using made = await makeRepository()
  await using github = await openDeliveryLogs()
  const clock = virtualClock()
  const config = { ...configOf(github.url, made.path), githubRepositories: [] }
  await using agent = await openTestAgent({ clock, sweep: sweepOptions(config, silentLog()), forgeHost: '127.0.0.1' })

  await agent.deliver(pushBody({ sha: made.sha }))

  await eventually(async () => {
    await clock.advance(everyMs)
    expect((await agent.inbox.headsOf('swept 127.0.0.1/octo/hello')).get('refs/heads/main')).toBe(made.sha)
  })
})
