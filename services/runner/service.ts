import { randomUUID } from 'node:crypto'
import type { CommitSource, Mirrors } from '@narwhal/git'
import { type Clock, type HttpClient, type HttpServer, type Log, type Registry } from '@narwhal/host'
import type { JobSelection } from '@narwhal/pipeline'
import type { Offer, Repository } from '@narwhal/protocol'
import type { AttemptStop } from './attempt-stop.ts'
import { attemptWork } from './attempt-work.ts'
import { drain } from './drain.ts'
import type { Engine } from './engine/engine.ts'
import { hasBegun } from './journal/former-attempt.ts'
import { fileJournals } from './journal/file-journals.ts'
import { type Registered, startRegistered } from './keep-registered.ts'
import { serveOffers } from './offer-route.ts'
import type { Planner } from './planner/open-planner.ts'
import { serveRefs } from './ref-route.ts'
import { type AttemptRunner, resumeAttempt, runAttempt } from './run-attempt.ts'
import { openRunnerIdentity } from './runner-identity.ts'
import { openRunnerMetrics } from './runner-metrics.ts'
import { openSlots } from './slots.ts'
import { startLeftovers } from './start-leftovers.ts'
import { plainPolicy, type StepPolicy } from './steps/step-policy.ts'
import { takeBack } from './take-back.ts'

// 1. What a former life has left is taken back (take-back.ts) or removed before the runner registers, but directories that it
//    cannot remove.
// 2. It registers once it listens: an offer may follow at once.
// 3. When it stops it takes nothing new, lets its attempts end or ends them, tells their results, and leaves last.

export interface RunnerDeps {
  /** The routes are mounted on it; the caller lets it listen. */
  readonly server: HttpServer
  /** Where the dispatcher reaches this runner; asked for once the server listens. */
  readonly runnerUrl: string | (() => string)
  readonly name: string
  readonly slots: number
  readonly labels: readonly string[]
  readonly dispatcherUrl: string
  readonly runnerToken: string
  readonly client: HttpClient
  readonly engine: Engine
  readonly mirrors: Mirrors
  readonly planner: Planner
  /** Only a part of each pipeline, for `narwhal exec`. */
  readonly selection?: JobSelection | undefined
  /** Where a repository is cloned from: the operator's word, never a message's. */
  readonly cloneSource: (repository: Repository) => Omit<CommitSource, 'repository'>
  /** What the owner of the runner decides about steps; by default nothing. */
  readonly policy?: StepPolicy | undefined
  /** Directory of this runner alone. */
  readonly data: string
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Registry
}

/** A running runner. Disposing drains it: that takes up to 30 seconds. */
export interface Runner extends AsyncDisposable {
  readonly id: string
}

/**
 * Takes attempts that a dispatcher offers and runs them.
 *
 * @throws RUNNER_DATA_IN_USE when another runner has the same data directory.
 */
export async function startRunner(deps: RunnerDeps): Promise<Runner> {
  const { server, clock, log, engine, data, runnerToken } = deps
  using undo = new DisposableStack()
  const identity = undo.use(await openRunnerIdentity(data, clock))
  const slots = openSlots(deps.slots)
  const running = new Set<Promise<void>>()
  const journals = fileJournals({ data, clock, log })
  const adopts = engine.adoptNetwork !== undefined
  const takenBack = await takeBack({ journals, slots, adopts, log })
  const toClear = takenBack.filter(({ former }) => !hasBegun(former)).map(({ former }) => former.offer.attemptId)
  const withoutContainers = new Set(toClear)
  const leftovers = startLeftovers({ ...deps, runnerId: identity.id, keep: slots.held(), withoutContainers })

  const keepRunning = (attempt: Promise<void>) => {
    const kept = attempt.finally(() => running.delete(kept))
    running.add(kept)
  }
  const start = (offer: Offer, stop: AttemptStop) => keepRunning(runAttempt(offer, stop, runner))
  const policy = deps.policy ?? plainPolicy
  const runner: AttemptRunner = {
    ...deps,
    slots,
    metrics: openRunnerMetrics(deps.metrics, slots),
    journals,
    work: attemptWork({ ...deps, policy, runnerId: identity.id, cleared: leftovers.removed }),
    start,
    onLeftover: leftovers.retry,
  }
  for (const { former, stop } of takenBack) keepRunning(resumeAttempt(former, stop, runner))
  serveOffers(server, { runnerToken, slots, start })
  serveRefs(server, deps)
  const registered = registerWhenClean({ ...deps, runnerId: identity.id, slots, removed: leftovers.removed })
  server.addReadiness('engine', () => engine.readiness({ signal: AbortSignal.timeout(5_000) }))
  server.addReadiness('dispatcher', registered.readiness)
  const lock = undo.move()
  return {
    id: identity.id,
    async [Symbol.asyncDispose]() {
      await drain({ slots, running, clock, log })
      await registered[Symbol.asyncDispose]()
      await leftovers[Symbol.asyncDispose]()
      lock.dispose()
    },
  }
}

type Registering = Omit<RunnerDeps, 'slots'> &
  Pick<AttemptRunner, 'slots'> & { runnerId: string; removed: Promise<void> }

/** Registers once the server listens and the leftovers are gone. */
function registerWhenClean(deps: Registering): Registered {
  const { server, name, labels, slots, runnerId, runnerUrl } = deps
  const life = randomUUID()
  const registration = () => ({
    id: runnerId,
    name,
    url: typeof runnerUrl === 'string' ? runnerUrl : runnerUrl(),
    slots: slots.capacity,
    labels: [...labels],
    life,
    attempts: [...slots.held()],
  })
  const listening = Promise.withResolvers<void>()
  server.app.addHook('onListen', async () => void setImmediate(listening.resolve)) // whoever waits for `listen` knows the address then
  return startRegistered({ ...deps, registration, since: Promise.all([listening.promise, deps.removed]) })
}
