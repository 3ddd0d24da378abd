import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId, newToken, openHttpClient } from '@narwhal/host'
import { digestJob, planBuild } from '@narwhal/pipeline'
import { type Offer, offerAttempt } from '@narwhal/protocol'
import Docker from 'dockerode'
import { vi } from 'vitest'
import { freePort } from '../../../test/setup/free-port.ts'
import { type ServiceProgram, serviceProgram } from '../../../test/real/service-program.ts'
import { removeFromEngine } from '../../../test/real/what-is-left.ts'
import { attemptDirectories } from '../attempt.ts'
import { attemptLabel } from '../engine/docker/labels.ts'
import { makeRepository } from './make-repository.ts'
import { type HeardAttempt, openStandIn, type StandIn } from './stand-in-dispatcher.ts'

/** A runner in a process of its own, which may be killed, with real containers and a stand-in for its dispatcher. */
export interface MortalRunner extends AsyncDisposable {
  readonly program: ServiceProgram
  readonly dispatcher: StandIn
  readonly data: string
  /** An offer of the only job of the pipeline, which the runner has taken. */
  offer(changes?: Partial<Offer>): Promise<Offer>
  /** Kills it and starts it again. */
  restart(): Promise<void>
  /** The log of the attempt has come so far. */
  untilLog(offer: Offer, text: string): Promise<void>
  untilEnded(offer: Offer): Promise<HeardAttempt>
  /** What it has written down of the attempt. */
  journal(offer: Offer): Promise<string>
  /** Ids of all containers of the attempt. */
  containersOf(offer: Offer): Promise<readonly string[]>
}

/** How long anything may take on a machine that has other things to do. */
export const patienceMs = 60_000

export interface MortalRunnerOptions {
  readonly pipeline: string
  readonly engine?: string
  readonly slots?: number
}

export async function openMortalRunner({
  pipeline,
  engine = 'docker:',
  slots = 2,
}: MortalRunnerOptions): Promise<MortalRunner> {
  await using stack = new AsyncDisposableStack()
  const root = await mkdtemp(join(tmpdir(), 'narwhal-killed-'))
  stack.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }))
  const repository = stack.use(await makeRepository(pipeline))
  await mkdir(join(root, 'ada'))
  await symlink(repository.path, join(root, 'ada', 'engine'))
  const token = newToken()
  const dispatcher = stack.use(await openStandIn(token))
  const client = stack.use(openHttpClient())
  const data = join(root, 'runner')
  stack.defer(() => removeFromEngine([data]))
  const settings = {
    ...{ DISPATCHER_URL: dispatcher.url, RUNNER_TOKEN: token, RUNNER_SLOTS: String(slots), ENGINE: engine, DATA: data },
    CLONE_URL_TEMPLATE: join(root, '{owner}', '{name}'),
  }
  const program = stack.use(
    serviceProgram({ name: 'runner', service: 'runner', port: await freePort(), settings, logs: root }),
  )
  await program.start()
  const owned = stack.move()
  return {
    ...{ program, dispatcher, data, containersOf },
    async offer(changes) {
      const offered = { ...offerOf(pipeline, repository.sha), ...changes }
      await client.call(offerAttempt, { baseUrl: program.url, token, body: offered })
      return offered
    },
    async restart() {
      await program.kill()
      await program.start()
    },
    untilLog: async ({ attemptId }, text) => void (await eventually(() => dispatcher.log(attemptId).includes(text))),
    untilEnded: ({ attemptId }) =>
      eventually(() =>
        dispatcher.attempt(attemptId).result === undefined ? undefined : dispatcher.attempt(attemptId),
      ),
    journal: ({ attemptId }) => readFile(attemptDirectories(data, attemptId).journalPath, 'utf8').catch(() => ''),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Polls until there is a value. */
export function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  return vi.waitUntil(look, { timeout: patienceMs, interval: 20 }) as Promise<T> // waitUntil waits for a truthy value
}

async function containersOf({ attemptId }: Offer): Promise<readonly string[]> {
  const filters = { label: [`${attemptLabel}=${attemptId}`] }
  return (await new Docker().listContainers({ all: true, filters })).map(({ Id }) => Id)
}

function offerOf(pipeline: string, sha: string): Offer {
  const repository = { host: 'example.org', owner: 'ada', name: 'engine' }
  const commit = { repository, ref: 'refs/heads/main', sha, trigger: 'push' as const }
  const files = [{ path: 'narwhal.yml', text: pipeline }]
  const answer = planBuild({
    purpose: 'definitions',
    commit,
    files,
    platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  })
  const [job] = 'definitions' in answer ? answer.definitions : []
  return {
    ...{
      attemptId: newId(Date.now()),
      attempt: 1,
      token: newToken(),
      leaseMs: 120_000,
      kind: 'steps',
      commit,
      needs: [],
    },
    ...{ buildId: newId(Date.now()), buildNumber: 7, jobId: newId(Date.now()), jobName: job?.name ?? 'plan' },
    ...(job === undefined ? {} : { digest: digestJob(job) }),
  }
}
