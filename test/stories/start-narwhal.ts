import { createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAgentInbox, startAgent } from '@narwhal/agent'
import { openBlobs } from '@narwhal/blobs'
import { startDispatcher } from '@narwhal/dispatcher'
import {
  type Approver,
  openHttpClient,
  openHttpServer,
  openMetrics,
  newToken,
  silentLog,
  type VirtualClock,
  virtualClock,
} from '@narwhal/host'
import type { Repository } from '@narwhal/protocol'
import { openQueue } from '@narwhal/queue'
import { openPlanner } from '@narwhal/runner/planner'
import { openStore } from '@narwhal/store'
import { expect, vi } from 'vitest'
import { openJobs } from './build-story.ts'
import { type MadeRepository, makeRepository } from '../../libs/git/test/make-repository.ts'
import { type RunnerStory, startRunnerStory } from './runner-story.ts'

export interface StoryOptions {
  /** Names of the runners; two slots each unless `slots` says otherwise. */
  readonly runners?: readonly string[]
  readonly slots?: number
  /** Of runners, by their names. */
  readonly labels?: Readonly<Record<string, readonly string[]>>
  readonly engine?: string
  readonly approvers?: readonly Approver[]
  /** Where repositories are cloned from; all from one unless given. */
  readonly sourceOf?: (repository: Repository) => string
}

/** Everything but the reporter in one process, on real HTTP and real git, with a clock that moves when told. */
export async function startNarwhal(options: StoryOptions = {}) {
  const { runners = ['ada'], slots = 2, labels = {}, engine = 'scripted:', approvers = [] } = options
  await using undo = new AsyncDisposableStack()
  const [clock, log, apiToken, runnerToken, secret] = [virtualClock(), silentLog(), newToken(), newToken(), newToken()]
  const leaseMs = 30_000
  const secretsKey = randomBytes(32)
  const data = await mkdtemp(join(tmpdir(), 'narwhal-story-'))
  undo.defer(() => rm(data, { recursive: true, force: true }))
  const repository: MadeRepository = undo.use(await makeRepository())
  const queue = undo.use(await openQueue('memory:', { clock }))
  const store = undo.use(await openStore('memory:'))
  const blobs = undo.use(await openBlobs('memory:'))
  const client = undo.use(openHttpClient())
  const metrics = openMetrics()
  const server = undo.use(openHttpServer({ host: '127.0.0.1', port: 0, log, metrics }))
  const shared = { server, queue, clock, log, metrics, client }
  const inbox = undo.use(await openAgentInbox(data, { limitBytes: 1e9, clock }))
  undo.use(await startAgent({ ...shared, inbox, webhookSecrets: [secret], forgeHost: 'github.com' }))
  const timing = { leaseMs, queueLimitMs: 3_600_000, heartbeatMs: 10_000 }
  undo.use(startDispatcher({ ...shared, ...timing, store, blobs, apiToken, runnerToken, approvers, secretsKey }))
  const url = await server.listen()
  const planner = undo.use(openPlanner())
  const ofRunners = new Map<string, RunnerStory>()
  const { sourceOf = () => repository.path } = options
  const ofAll = { slots, dispatcherUrl: url, runnerToken, clock, data, planner, engine, sourceOf }
  for (const name of runners) {
    ofRunners.set(name, undo.use(await startRunnerStory({ ...ofAll, name, labels: labels[name] ?? [] })))
  }
  const jobs = openJobs({ url, apiToken, client, clock })
  await vi.waitFor(async () => jobs.runnersAre(runners.length), { timeout: 5_000 })
  const deliver = async (event: string, payload: object, sha: string) => {
    const answer = await sendWebhook(url, secret, { event, payload })
    expect(answer.status).toBe(202)
    return jobs.of(sha)
  }
  const told = (commit: PushedCommit) => deliver('push', pushOf(commit), commit.sha)
  const owned = undo.move()
  return {
    ...{ url, clock, leaseMs, jobs, repository, apiToken, runnerToken, queue, client },
    runner: (name: string) => ofRunners.get(name) ?? vi.fn<() => RunnerStory>()(),
    deliver,
    /** Time goes by in small steps, with time for the network in each. */
    async passes(ms: number) {
      for (let step = 0; step < 100; step++) await clock.advance(ms / 100)
    },
    /** Commits `pipeline` as narwhal.yml (or nothing of that name) and tells of it by a signed webhook, as GitHub does. */
    async push(pipeline: string | undefined, message = 'A change') {
      const files = pipeline === undefined ? { 'README.md': crypto.randomUUID() } : { 'narwhal.yml': pipeline }
      return told({ sha: await repository.commit(files, message), message })
    },
    /** Tells of a commit that the repository may not have. */
    pushSha: (sha: string) => told({ sha, message: 'A change' }),
    [Symbol.asyncDispose]: () => endWhileTimePasses(owned, clock),
  }
}

/** Runners drain before they end, and draining has a limit: time has to go on for it to come. */
async function endWhileTimePasses(owned: AsyncDisposableStack, clock: VirtualClock): Promise<void> {
  let isOver = false
  const ended = owned.disposeAsync().finally(() => {
    isOver = true
  })
  while (!isOver) await clock.advance(1_000)
  await ended
}

export interface PushedCommit {
  readonly sha: string
  readonly message: string
}

/** A push as GitHub describes it. */
function pushOf({ sha, message }: PushedCommit) {
  return {
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: sha,
    deleted: false,
    repository: { id: 1, name: 'engine', full_name: 'ada/engine', owner: { login: 'ada', name: 'ada' } },
    head_commit: { id: sha, message, author: { name: 'Ada' } },
    pusher: { name: 'ada' },
  }
}

/** Delivers an event as GitHub does: the body signed with the webhook's secret. */
async function sendWebhook(
  url: string,
  secret: string,
  { event, payload }: { event: string; payload: object },
): Promise<Response> {
  const body = JSON.stringify(payload)
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  return fetch(`${url}/webhooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': crypto.randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    },
    body,
  })
}
