import { chooseRunner } from '@narwhal/pipeline'
import type { Offer } from '@narwhal/protocol'
import { type JobRecord, type RunnerRecord, runsOnOf } from '@narwhal/store'
import type { Change } from './changes.ts'
import { type LeaseTerms, leaseJob } from './lease-job.ts'
import type { Presence } from './presence.ts'
import { type OpenRunner, openRunners } from './open-runners.ts'
import { runnerNeedsOf } from './runner-needs-of.ts'

// 1. Jobs come by priority, then by age. After so many leases that passed over a job of a lower priority, the oldest is next.
// 2. A runner is claimed before anything is leased to it. One that another dispatcher has just claimed is left to that one in
//    this turn, with the job that was meant for it.
// 3. Once no runner can take a job, none can take another job with the same needs in this turn: the next page leaves all of
//    them out, so that however many of them wait, they hide nobody behind them.

/** Jobs leased in one turn at the most. */
export const jobsPerTurn = 64

/** Pages read in one turn at the most; each leaves out at least one more kind of job. */
const pagesPerTurn = 32

/** How soon somebody looks again who found a runner claimed by another dispatcher, in milliseconds. */
const contendedMs = 50

/** So many leases of one dispatcher may pass over a job of a lower priority. */
const promotedAfter = 25

export interface LeaseOptions extends LeaseTerms {
  readonly presence: Presence
  /** Leases that have passed over a job of a lower priority, since the last time that the oldest was next. */
  readonly passedOver: number
}

export interface Lease {
  readonly runner: RunnerRecord
  readonly offer: Offer
  /** When the job could first be leased, milliseconds since the epoch. */
  readonly queuedAt: number
}

export interface Turn {
  readonly leases: readonly Lease[]
  /** When it is worth to look again though nothing changes: a job has waited long enough, or a claimed runner is free. */
  readonly nextAt: number | undefined
  readonly passedOver: number
}

/** Leases queued jobs to free slots. Looks at as many as there are slots, and at more only when those cannot use them. */
export async function leaseWhatFits(change: Change, options: LeaseOptions): Promise<Turn> {
  let { passedOver } = options
  if ((await change.tables.jobs.lowestQueued()) === undefined) return { leases: [], nextAt: undefined, passedOver }
  const nextAt = await change.tables.jobs.nextNotBefore(change.now)
  const open = await openRunners(change, options.presence)
  const loads = new Map(open.map((one) => [one.id, one]))
  const page: Page = { loads, misfits: new Set(), contended: new Set(), terms: options }
  const free = Math.min(freeSlots(page), jobsPerTurn)
  const leases: Lease[] = []
  for (let number = 0; number < pagesPerTurn && leases.length < free; number++) {
    const byAge = passedOver >= promotedAfter
    const wanted = byAge ? 1 : Math.min(free - leases.length, promotedAfter - passedOver)
    const limit = number === 0 ? wanted : jobsPerTurn
    const jobs = await listJobs(change, page, { limit, byAge })
    const leased = await leasePage(change, jobs, { ...page, wanted })
    leases.push(...leased.map(({ lease }) => lease))
    const isDrained = jobs.length < limit && leased.length < wanted
    if (byAge && leased.length > 0) passedOver = 0
    else if (!isDrained) passedOver += await countPassing(change, leased)
    if (isDrained) break
  }
  return { leases, nextAt: page.contended.size > 0 ? change.now + contendedMs : nextAt, passedOver }
}

interface Page {
  readonly loads: Map<string, OpenRunner>
  /** Runners that another dispatcher has claimed. */
  readonly contended: Set<string>
  /** Needs that no runner can meet now. */
  readonly misfits: Set<string>
  readonly terms: LeaseTerms
}

function listJobs(
  { tables, now }: Change,
  { misfits }: Page,
  options: { limit: number; byAge: boolean },
): Promise<readonly JobRecord[]> {
  return tables.jobs.listQueued({ now, exceptRunsOn: [...misfits], claim: true, ...options })
}

interface Leased {
  readonly job: JobRecord
  readonly lease: Lease
}

async function leasePage(
  change: Change,
  jobs: readonly JobRecord[],
  page: Page & { readonly wanted: number },
): Promise<readonly Leased[]> {
  const { loads, contended, terms } = page
  const fits = chooseFits(jobs, page)
  const claimed = new Set(await change.tables.runners.claim([...new Set(fits.map(({ runner }) => runner.id))]))
  const leased: Leased[] = []
  for (const { job, runner } of fits) {
    if (claimed.has(runner.id)) {
      leased.push({ job, lease: await lease(change, job, { runner, terms }) })
    } else {
      contended.add(runner.id)
      loads.delete(runner.id)
    }
  }
  return leased
}

interface Fit {
  readonly job: JobRecord
  readonly runner: RunnerRecord
}

/** Jobs with the runners that shall have them; their slots count as taken from now on. */
function chooseFits(
  jobs: readonly JobRecord[],
  { loads, misfits, wanted }: Page & { readonly wanted: number },
): readonly Fit[] {
  const fits: Fit[] = []
  for (const job of jobs) {
    if (fits.length === wanted) break
    const chosen = chooseRunner(runnerNeedsOf(job), [...loads.values()])
    const load = chosen === undefined ? undefined : loads.get(chosen)
    if (load === undefined) {
      misfits.add(runsOnOf(job.planned))
      continue
    }
    loads.set(load.id, { ...load, held: load.held + 1 })
    fits.push({ job, runner: load.runner })
  }
  return fits
}

async function lease(change: Change, job: JobRecord, options: { runner: RunnerRecord; terms: LeaseTerms }) {
  const offer = await leaseJob(change, job, options)
  const notBeforeAt = job.state.state === 'queued' ? job.state.notBeforeAt : 0
  return { runner: options.runner, offer, queuedAt: Math.max(job.state.queuedAt, notBeforeAt) }
}

const urgency = { high: 0, normal: 1, background: 2 } as const

/** How many of these leases passed over a job of a lower priority that still waits. */
async function countPassing(change: Change, leased: readonly Leased[]): Promise<number> {
  const places = leased.map(({ job }) => urgency[job.planned?.priority ?? 'normal'])
  if (!places.some((place) => place < urgency.background)) return 0
  const lowest = await change.tables.jobs.lowestQueued()
  return lowest === undefined ? 0 : places.filter((place) => place < urgency[lowest]).length
}

function freeSlots({ loads }: Page): number {
  return [...loads.values()].reduce((sum, { slots, held }) => sum + Math.max(0, slots - held), 0)
}
