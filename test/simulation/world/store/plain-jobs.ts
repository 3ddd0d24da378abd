import { problem, repositoryKey } from '@narwhal/protocol'
import { type JobRecord, type JobTable, runsOnOf } from '@narwhal/store'
import type { PlainRows } from './plain-rows.ts'
import { dataFault } from './plain-aside.ts'
import type { Undo } from './rows.ts'

const priorities = ['high', 'normal', 'background'] as const
const longestBackoffMs = 60_000

export function plainJobs(rows: PlainRows, undo: Undo): JobTable {
  const { jobs } = rows
  const all = () => jobs.all()
  return {
    async insert(job) {
      const record = { ...job, attempts: 0, revision: 0 }
      const isTaken = all().some((one) => one.buildId === job.buildId && one.kind === job.kind && one.name === job.name)
      if (isTaken || jobs.get(job.id) !== undefined) throw dataFault(`there is a job ${job.kind} ${job.name} already`)
      jobs.set(job.id, record, undo)
      return record
    },
    find: async (id) => jobs.get(id),
    ofBuilds: async (ids) =>
      all()
        .filter(({ buildId }) => ids.includes(buildId))
        .toSorted((a, b) => a.position - b.position),
    ...queueOf(rows),
    ofGroup: async ({ repository, group }) =>
      all()
        .filter((job) => isOpen(job) && job.planned?.concurrency?.group === group && job.repository === repository)
        .toSorted((a, b) => compare(a.buildId, b.buildId)),
    findPassed: async ({ key, repository, trust, since }) =>
      all()
        .filter((job) => job.planned?.reuseKey === key && job.repository === repository && job.trust === trust)
        .filter((job) => (passedAt(job) ?? -1) >= since)
        .toSorted((a, b) => (passedAt(b) ?? 0) - (passedAt(a) ?? 0))[0],
    async save(job, changes) {
      if (jobs.get(job.id)?.revision !== job.revision) throw problem('STORE_CONFLICT', `job ${job.id}`)
      const saved = { ...job, ...changes, revision: job.revision + 1 }
      jobs.set(job.id, saved, undo)
      return saved
    },
    countByState: async () => {
      const open = Map.groupBy(all().filter(isOpen), ({ state }) => state.state)
      return Object.fromEntries([...open].map(([state, of]) => [state, of.length]))
    },
  }
}

type Queue = Pick<JobTable, 'listQueued' | 'listHeldBack' | 'lowestQueued' | 'nextNotBefore' | 'listWaitingSince'>

function queueOf(rows: PlainRows): Queue {
  const queued = () => rows.jobs.all().filter(({ state }) => state.state === 'queued')
  return {
    async listQueued({ now, limit, buildId, exceptRunsOn = [], byAge = false }) {
      const candidates = queued()
      if (candidates.length === 0) return []
      const heldBack = heldBackJobs(rows)
      return candidates
        .filter((job) => notBeforeAt(job) <= now || isOfSteppedClock(job, now))
        .filter((job) => !heldBack.has(job.id) && (buildId === undefined || job.buildId === buildId))
        .filter((job) => exceptRunsOn.length === 0 || !exceptRunsOn.includes(runsOnOf(job.planned)))
        .toSorted((a, b) => (byAge ? 0 : urgency(a) - urgency(b)) || byTime(a, b))
        .slice(0, limit)
    },
    async listHeldBack(buildIds) {
      const heldBack = heldBackJobs(rows)
      return queued()
        .filter(({ id, buildId }) => heldBack.has(id) && buildIds.includes(buildId))
        .map(({ id }) => id)
    },
    async lowestQueued() {
      const places = queued().map(urgency)
      return places.length === 0 ? undefined : priorities[Math.max(...places)]
    },
    async nextNotBefore(now) {
      const times = queued()
        .filter((job) => !isOfSteppedClock(job, now))
        .map(notBeforeAt)
      const later = times.filter((at) => at > now)
      return later.length === 0 ? undefined : Math.min(...later)
    },
    async listWaitingSince(before) {
      const late = queued().filter((job) => notBeforeAt(job) < before)
      if (late.length === 0) return []
      const heldBack = heldBackJobs(rows)
      return late
        .filter(({ id }) => !heldBack.has(id))
        .toSorted((a, b) => notBeforeAt(a) - notBeforeAt(b))
        .slice(0, 100)
    },
  }
}

/** Queued jobs that wait for their turn in a concurrency group: their own, or that of their build. */
function heldBackJobs({ builds, jobs }: PlainRows): ReadonlySet<string> {
  const groupedBuilds = builds
    .all()
    .filter(({ state, concurrency }) => state.state !== 'finished' && concurrency !== undefined)
    .toSorted((a, b) => Number(b.hasBegun) - Number(a.hasBegun) || a.number - b.number)
  const waiting = beyondLimit(groupedBuilds, ({ commit, concurrency }) => ({
    key: `${repositoryKey(commit.repository)} ${concurrency?.group}`,
    limit: concurrency?.limit ?? 0,
  }))
  const groupedJobs = jobs
    .all()
    .filter((job) => isInLine(job) && job.planned?.concurrency !== undefined && !waiting.has(job.buildId))
    .toSorted((a, b) => lineOf(a) - lineOf(b) || byTime(a, b))
  const beyond = beyondLimit(groupedJobs, ({ repository, planned }) => ({
    key: `${repository} ${planned?.concurrency?.group}`,
    limit: planned?.concurrency?.limit ?? 0,
  }))
  if (waiting.size === 0) return beyond
  const ofWaiting = jobs.all().filter(({ buildId }) => waiting.has(buildId))
  return new Set([...beyond, ...ofWaiting.map(({ id }) => id)])
}

function beyondLimit<T extends { readonly id: string }>(
  ordered: readonly T[],
  groupOf: (one: T) => { readonly key: string; readonly limit: number },
): Set<string> {
  const places = new Map<string, number>()
  const beyond = new Set<string>()
  for (const one of ordered) {
    const { key, limit } = groupOf(one)
    const place = (places.get(key) ?? 0) + 1
    places.set(key, place)
    if (place > limit) beyond.add(one.id)
  }
  return beyond
}

function isOpen({ state }: JobRecord): boolean {
  return state.state !== 'finished'
}

function isInLine({ state }: JobRecord): boolean {
  return state.state === 'queued' || state.state === 'leased' || state.state === 'running'
}

function lineOf({ state }: JobRecord): number {
  return state.state === 'queued' ? 1 : 0
}

function urgency({ planned }: JobRecord): number {
  return priorities.indexOf(planned?.priority ?? 'normal')
}

function notBeforeAt({ state }: JobRecord): number {
  return state.state === 'queued' ? state.notBeforeAt : 0
}

function isOfSteppedClock(job: JobRecord, now: number): boolean {
  return notBeforeAt(job) > now + Math.max(longestBackoffMs, job.planned?.retry?.delayMs ?? 0)
}

function passedAt({ state, takenFrom }: JobRecord): number | undefined {
  const ran = state.state === 'finished' && state.ending.outcome === 'passed' && takenFrom === undefined
  return ran ? state.finishedAt : undefined
}

function byTime(a: JobRecord, b: JobRecord): number {
  return a.state.queuedAt - b.state.queuedAt || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
