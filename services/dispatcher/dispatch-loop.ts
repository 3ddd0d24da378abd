import { type Clock, type Wake, wakeOrSleep } from '@narwhal/host'
import { chooseRunner } from '@narwhal/pipeline'
import type { Offer } from '@narwhal/protocol'
import type { JobRecord, RunnerRecord } from '@narwhal/store'
import type { Change, Changes } from './changes.ts'
import { leaseJob } from './lease-job.ts'
import type { Presence } from './presence.ts'

// 1. A lease is committed before its offer is sent.
// 2. Nothing on the way from a queued job to its offer waits for a timer: every change wakes the loop; the timer is for
//    jobs that wait after a setback and for runners that are left alone for a while.

export interface DispatchLoopDeps {
  readonly changes: Changes
  readonly presence: Presence
  readonly clock: Clock
  readonly leaseMs: number
  /** Sends an offer; must not wait for its answer nor throw. */
  readonly send: (runner: RunnerRecord, offer: Offer, queuedAt: number) => void
  readonly wake: Wake
  readonly signal: AbortSignal
}

/** Jobs looked at in one turn. */
const jobsPerTurn = 64

/** The longest sleep without a wake, in milliseconds; only a safety net. */
const safetyNetMs = 5_000

/** Gives queued jobs to runners with a free slot until aborted. */
export async function dispatchLoop(deps: DispatchLoopDeps): Promise<void> {
  const { changes, presence, clock, wake, signal } = deps
  while (!signal.aborted) {
    const { leases, nextAt } = await changes.change((change) => leaseWhatFits(change, deps))
    for (const { runner, offer, queuedAt } of leases) deps.send(runner, offer, queuedAt)
    if (leases.length >= jobsPerTurn) continue
    const sleepMs = Math.min(
      safetyNetMs,
      presence.nextOpenMs() ?? safetyNetMs,
      nextAt === undefined ? safetyNetMs : nextAt - clock.now(),
    )
    await wakeOrSleep(wake, Math.max(1, sleepMs), { clock, signal }).catch(() => undefined)
  }
}

interface Lease {
  readonly runner: RunnerRecord
  readonly offer: Offer
  /** When the job could first be leased, milliseconds since the epoch. */
  readonly queuedAt: number
}

interface Turn {
  readonly leases: readonly Lease[]
  /** When the next job that has to wait may be leased. */
  readonly nextAt: number | undefined
}

/** Looks at as many jobs as there are free slots, and at more only when those cannot use them. */
async function leaseWhatFits(change: Change, deps: DispatchLoopDeps): Promise<Turn> {
  const { tables, now } = change
  const nextAt = await tables.jobs.nextNotBefore(now)
  const loads = await runnerLoads(change, deps.presence)
  const free = [...loads.values()].reduce((sum, { slots, held }) => sum + Math.max(0, slots - held), 0)
  const leases: Lease[] = []
  for (const limit of [Math.min(free, jobsPerTurn), jobsPerTurn]) {
    if (leases.length === free) break
    const jobs = await tables.jobs.listQueued({ now, limit })
    for (const job of jobs) leases.push(...(await leaseIfFits(change, job, { loads, leaseMs: deps.leaseMs })))
    if (jobs.length < limit) break
  }
  return { leases, nextAt }
}

interface LeaseIfFits {
  readonly loads: Map<string, RunnerLoad>
  readonly leaseMs: number
}

async function leaseIfFits(change: Change, job: JobRecord, { loads, leaseMs }: LeaseIfFits): Promise<readonly Lease[]> {
  const chosen = chooseRunner(job, [...loads.values()])
  const load = chosen === undefined ? undefined : loads.get(chosen)
  if (load === undefined) return []
  const offer = await leaseJob(change, job, { runner: load.runner, leaseMs })
  loads.set(load.id, { ...load, held: load.held + 1 })
  const notBeforeAt = job.state.state === 'queued' ? job.state.notBeforeAt : 0
  return [{ runner: load.runner, offer, queuedAt: Math.max(job.state.queuedAt, notBeforeAt) }]
}

/** What each runner that can be offered something holds, from the store: the same truth for every dispatcher. */
async function runnerLoads({ tables }: Change, presence: Presence): Promise<Map<string, RunnerLoad>> {
  const [runners, held] = [await tables.runners.list(), await tables.attempts.listHeld()]
  const open = runners.filter(({ id }) => presence.isOpen(id) && !presence.isSilent(id))
  const loads = new Map(open.map((runner) => [runner.id, { ...runner, held: 0, runner }]))
  for (const { runnerId } of held) {
    const load = loads.get(runnerId)
    if (load !== undefined) loads.set(runnerId, { ...load, held: load.held + 1 })
  }
  return loads
}

interface RunnerLoad extends RunnerRecord {
  readonly held: number
  readonly runner: RunnerRecord
}
