import { randomUUID } from 'node:crypto'
import type { CommitSource, Mirrors } from '@narwhal/git'
import {
  type Clock,
  type HttpClient,
  type HttpServer,
  type Log,
  openWake,
  type Registry,
  startLoop,
} from '@narwhal/host'
import type { JobSelection } from '@narwhal/pipeline'
import type { Offer, Repository } from '@narwhal/protocol'
import type { AttemptStop } from './attempt-stop.ts'
import { attemptWork } from './attempt-work.ts'
import { drain } from './drain.ts'
import type { Engine } from './engine/engine.ts'
import { fileJournals } from './file-journals.ts'
import { type Registered, startRegistered } from './keep-registered.ts'
import { serveOffers } from './offer-route.ts'
import type { Planner } from './planner/open-planner.ts'
import { serveRefs } from './ref-route.ts'
import { leftoverRemoval } from './remove-leftovers.ts'
import { type AttemptRunner, runAttempt } from './run-attempt.ts'
import { openRunnerIdentity } from './runner-identity.ts'
import { openRunnerMetrics } from './runner-metrics.ts'
import { openSlots } from './slots.ts'
import { plainPolicy, type StepPolicy } from './steps/step-policy.ts'

// 1. Leftovers of a former life are gone before the runner registers, but directories that it cannot remove.
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
  const leftovers = startLeftovers({ ...deps, runnerId: identity.id, keep: slots.held() })

  const start = (offer: Offer, stop: AttemptStop) => {
    const attempt = runAttempt(offer, stop, runner).finally(() => running.delete(attempt))
    running.add(attempt)
  }
  const policy = deps.policy ?? plainPolicy
  const runner: AttemptRunner = {
    ...deps,
    slots,
    metrics: openRunnerMetrics(deps.metrics, slots),
    journals: fileJournals(data),
    work: attemptWork({ ...deps, policy, runnerId: identity.id }),
    start,
    onLeftover: leftovers.retry,
  }
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

interface Leftovers extends AsyncDisposable {
  /** Resolves once those of a former life are gone. */
  readonly removed: Promise<void>
  /** Something is left over again. */
  readonly retry: () => void
}

/** Removes leftovers now and whenever told to, again and again until it succeeds. */
function startLeftovers(deps: Parameters<typeof leftoverRemoval>[0] & { clock: Clock }): Leftovers {
  const removeLeftovers = leftoverRemoval(deps)
  const wake = openWake()
  const first = Promise.withResolvers<void>()
  const turn = async (signal: AbortSignal) => {
    await wake.next(signal)
    try {
      await removeLeftovers()
      first.resolve()
    } catch (error) {
      wake.wake()
      throw error
    }
  }
  wake.wake()
  const loop = startLoop(turn, { name: 'remove-leftovers', ...deps })
  return { removed: first.promise, retry: wake.wake, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() }
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
