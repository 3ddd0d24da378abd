import type { AttemptRecord, BuildRecord, JobRecord } from '@narwhal/store'
import type { Trace } from '../core/trace.ts'
import type { StoreChange } from '../world/store/store-changes.ts'

type Stateful = Pick<BuildRecord | JobRecord | AttemptRecord, 'id' | 'state'>

/** What was committed, kept outside of the store: the newest state of everything, and names for people. */
export class Ledger {
  readonly builds = new Map<string, BuildRecord>()
  readonly jobs = new Map<string, JobRecord>()
  readonly attempts = new Map<string, AttemptRecord>()
  /** The build of each message of the topic `commits` that was taken. */
  readonly messages = new Map<string, string>()
  readonly quarantined = new Set<string>()
  /** Messages that dispatchers have not published yet. */
  readonly outbox = new Set<string>()
  readonly #names = new Map<string, string>()
  readonly #trace: Trace

  constructor(trace: Trace) {
    this.#trace = trace
  }

  /** `#3 test/2` for the second attempt of a job of the third build. */
  readonly nameOf = (id: string): string => this.#names.get(id) ?? id.slice(0, 8)

  jobsOf(buildId: string): readonly JobRecord[] {
    return [...this.jobs.values()].filter((job) => job.buildId === buildId)
  }

  attemptsOf(jobId: string): readonly AttemptRecord[] {
    return [...this.attempts.values()].filter((attempt) => attempt.jobId === jobId)
  }

  /** Takes a change; what it gives back has as `before` what was committed before, whatever the code thinks it was. */
  take(change: StoreChange, by: string): StoreChange {
    switch (change.kind) {
      case 'build':
        this.#name(change.after, this.#names.get(change.after.id) ?? `#${this.builds.size + 1}`)
        return this.#replace(this.builds, change, by)
      case 'job':
        this.#name(change.after, `${this.nameOf(change.after.buildId)} ${change.after.name}`)
        return this.#replace(this.jobs, change, by)
      case 'attempt':
        this.#name(change.after, `${this.nameOf(change.after.jobId)}/${change.after.number}`)
        return this.#replace(this.attempts, change, by)
      case 'message':
        this.messages.set(change.id, change.buildId)
        return change
      case 'quarantined':
        this.quarantined.add(change.id)
        return change
      case 'outbox':
        this.outbox.add(change.id)
        return change
      case 'outbox-left':
        for (const id of change.ids) this.outbox.delete(id)
        return change
      case 'runner':
      case 'runner-left':
      case 'renewed':
      case 'answer':
      case 'told':
        return change
      default:
        return change satisfies never
    }
  }

  #name({ id }: Stateful, name: string): void {
    this.#names.set(id, name)
  }

  #replace<T extends Stateful, C extends { readonly after: T }>(records: Map<string, T>, change: C, by: string): C {
    const { after } = change
    const before = records.get(after.id)
    records.set(after.id, after)
    if (before?.state.state !== after.state.state) {
      const outcome = 'ending' in after.state ? ` ${after.state.ending.outcome}` : ''
      this.#trace.say(by, `${this.nameOf(after.id)} is ${after.state.state}${outcome}`)
    }
    return { ...change, before }
  }
}
