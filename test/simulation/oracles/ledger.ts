import type { AttemptRecord, BuildRecord, JobRecord } from '@narwhal/store'
import type { Trace } from '../core/trace.ts'
import type { StoreChange } from '../world/store/store-changes.ts'

/** What was committed, kept outside of the store: the newest state of everything, and names for people. */
export interface Ledger {
  /** Takes a change; what it gives back has as `before` what was committed before, whatever the code thinks it was. */
  take(change: StoreChange, by: string): StoreChange
  readonly builds: ReadonlyMap<string, BuildRecord>
  readonly jobs: ReadonlyMap<string, JobRecord>
  readonly attempts: ReadonlyMap<string, AttemptRecord>
  /** The build of each message of the topic `commits` that was taken. */
  readonly messages: ReadonlyMap<string, string>
  readonly quarantined: ReadonlySet<string>
  /** Messages that dispatchers have not published yet. */
  readonly outbox: ReadonlySet<string>
  jobsOf(buildId: string): readonly JobRecord[]
  attemptsOf(jobId: string): readonly AttemptRecord[]
  /** `#3 test/2` for the second attempt of a job of the third build. */
  nameOf(id: string): string
}

export function openLedger(trace: Trace): Ledger {
  const builds = new Map<string, BuildRecord>()
  const jobs = new Map<string, JobRecord>()
  const attempts = new Map<string, AttemptRecord>()
  const messages = new Map<string, string>()
  const quarantined = new Set<string>()
  const outbox = new Set<string>()
  const names = new Map<string, string>()
  const nameOf = (id: string) => names.get(id) ?? id.slice(0, 8)

  function take(change: StoreChange, by: string): StoreChange {
    switch (change.kind) {
      case 'build':
        names.set(change.after.id, names.get(change.after.id) ?? `#${builds.size + 1}`)
        return replace(builds, change, by)
      case 'job':
        names.set(change.after.id, `${nameOf(change.after.buildId)} ${change.after.name}`)
        return replace(jobs, change, by)
      case 'attempt':
        names.set(change.after.id, `${nameOf(change.after.jobId)}/${change.after.number}`)
        return replace(attempts, change, by)
      case 'message':
        messages.set(change.id, change.buildId)
        return change
      case 'quarantined':
        quarantined.add(change.id)
        return change
      case 'runner':
      case 'runner-left':
      case 'renewed':
      case 'answer':
      case 'told':
        return change
      case 'outbox':
        outbox.add(change.id)
        return change
      case 'outbox-left':
        for (const id of change.ids) outbox.delete(id)
        return change
      default:
        return change satisfies never
    }
  }

  function replace<T extends Stateful, C extends { readonly after: T }>(
    records: Map<string, T>,
    change: C,
    by: string,
  ): C {
    const before = records.get(change.after.id)
    records.set(change.after.id, change.after)
    sayState(before, change.after, by)
    return { ...change, before }
  }

  function sayState(before: Stateful | undefined, { id, state }: Stateful, by: string): void {
    if (before?.state.state === state.state) return
    const outcome = 'ending' in state ? ` ${state.ending.outcome}` : ''
    trace.say(by, `${nameOf(id)} is ${state.state}${outcome}`)
  }

  return {
    ...{ take, builds, jobs, attempts, messages, quarantined, outbox, nameOf },
    jobsOf: (buildId) => [...jobs.values()].filter((job) => job.buildId === buildId),
    attemptsOf: (jobId) => [...attempts.values()].filter((attempt) => attempt.jobId === jobId),
  }
}

type Stateful = Pick<BuildRecord | JobRecord | AttemptRecord, 'id' | 'state'>
