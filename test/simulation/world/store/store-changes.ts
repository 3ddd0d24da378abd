import type { AttemptRecord, BuildRecord, JobRecord, RunnerRecord, StoreTables } from '@narwhal/store'

/** What a committed transaction did, seen from outside of the code that did it. */
export type StoreChange =
  | { readonly kind: 'build'; readonly before?: BuildRecord; readonly after: BuildRecord }
  | { readonly kind: 'job'; readonly before?: JobRecord; readonly after: JobRecord }
  | { readonly kind: 'attempt'; readonly before?: AttemptRecord; readonly after: AttemptRecord }
  | { readonly kind: 'renewed'; readonly attemptId: string }
  | {
      readonly kind: 'runner'
      readonly before: RunnerRecord | undefined
      readonly after: Omit<RunnerRecord, 'heartbeats'>
    }
  | { readonly kind: 'runner-left'; readonly runnerId: string }
  | { readonly kind: 'message'; readonly id: string; readonly buildId: string }
  | { readonly kind: 'quarantined'; readonly id: string }
  | { readonly kind: 'told'; readonly buildId: string; readonly target: string }
  | { readonly kind: 'answer'; readonly key: string; readonly buildId: string }
  | { readonly kind: 'outbox'; readonly id: string; readonly buildId: string; readonly sequence: number }
  | { readonly kind: 'outbox-left'; readonly ids: readonly string[] }

/** The tables of a transaction; what is written goes into `changes` too. */
export function observedTables(tables: StoreTables, changes: StoreChange[]): StoreTables {
  const { builds, jobs, attempts } = tables
  return {
    ...tables,
    ...observedFlows(tables, changes),
    builds: {
      ...builds,
      insert: async (build) => note(await builds.insert(build), (after) => changes.push({ kind: 'build', after })),
      save: async (before, what) =>
        note(await builds.save(before, what), (after) => changes.push({ kind: 'build', before, after })),
    },
    jobs: {
      ...jobs,
      insert: async (job) => note(await jobs.insert(job), (after) => changes.push({ kind: 'job', after })),
      save: async (before, what) =>
        note(await jobs.save(before, what), (after) => changes.push({ kind: 'job', before, after })),
    },
    attempts: {
      ...attempts,
      insert: async (one) => note(await attempts.insert(one), (after) => changes.push({ kind: 'attempt', after })),
      save: async (before, what) =>
        note(await attempts.save(before, what), (after) => changes.push({ kind: 'attempt', before, after })),
      renew: async (attemptId) =>
        note(await attempts.renew(attemptId), (renewed) => renewed && changes.push({ kind: 'renewed', attemptId })),
    },
  }
}

function observedFlows({ runners, inflow, outbox, quarantine, reports }: StoreTables, changes: StoreChange[]) {
  const observed: Pick<StoreTables, 'runners' | 'inflow' | 'outbox' | 'quarantine' | 'reports'> = {
    quarantine: {
      ...quarantine,
      async put(message) {
        changes.push({ kind: 'quarantined', id: message.messageId })
        await quarantine.put(message)
      },
    },
    reports: {
      ...reports,
      async put(record) {
        changes.push({ kind: 'told', buildId: record.buildId, target: record.report.target })
        await reports.put(record)
      },
    },
    runners: {
      ...runners,
      async put(after) {
        changes.push({ kind: 'runner', before: await runners.find(after.id), after })
        await runners.put(after)
      },
      async remove(runnerId) {
        changes.push({ kind: 'runner-left', runnerId })
        await runners.remove(runnerId)
      },
    },
    inflow: {
      ...inflow,
      keepMessage: async (message) =>
        note(await inflow.keepMessage(message), (isNew) => isNew && changes.push({ kind: 'message', ...message })),
      async keepAnswer(key, answer) {
        changes.push({ kind: 'answer', key, buildId: answer.buildId })
        await inflow.keepAnswer(key, answer)
      },
    },
    outbox: {
      ...outbox,
      async insert({ id, buildId, sequence, ...message }) {
        changes.push({ kind: 'outbox', id, buildId, sequence })
        await outbox.insert({ id, buildId, sequence, ...message })
      },
      async remove(ids) {
        changes.push({ kind: 'outbox-left', ids })
        await outbox.remove(ids)
      },
    },
  }
  return observed
}

function note<T>(value: T, what: (value: T) => unknown): T {
  what(value)
  return value
}
