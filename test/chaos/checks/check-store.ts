import { type Finding, findingOf } from './finding.ts'
import type { Stored } from './read-store.ts'

/** I8, I9, I24: numbers of attempts go up by one, and only the newest one speaks for its job. Also that nothing waits in the store, and what nobody can read is in quarantine. */
export function checkStore({ jobs, attempts, counts }: Stored, poisoned: number): readonly Finding[] {
  const ofJob = Map.groupBy(attempts, ({ job_id }) => job_id)
  return [
    findingOf(
      'I8',
      'a finished job has nothing that goes on, and at most its newest attempt was accepted',
      jobs,
      ({ id, state, attempts: newest }) => {
        const its = ofJob.get(id) ?? []
        const open = its.filter((one) => one.state === 'leased' || one.state === 'running')
        const isNewest = its.length === 0 || its.at(-1)?.number === newest
        if (open.length === 0 && isNewest) return undefined
        return { what: `job ${id} (${state}): newest attempt ${newest}, rows ${describe(its)}`, about: [id] }
      },
    ),
    findingOf('I9', 'numbers of attempts go up by exactly one', [...ofJob], ([id, its]) =>
      its.every(({ number }, place) => number === place + 1)
        ? undefined
        : { what: `job ${id}: ${describe(its)}`, about: [id] },
    ),
    findingOf('I20', 'outbox and hot log chunks of the store are empty', ['outbox', 'chunks'] as const, (table) =>
      counts[table] === 0 ? undefined : { what: `${counts[table]} rows in ${table}`, about: [table] },
    ),
    findingOf('I24', 'messages that nobody can read are in quarantine, and no other', [poisoned], (wanted) =>
      counts.quarantine === wanted
        ? undefined
        : { what: `${counts.quarantine} in quarantine instead of ${wanted}`, about: ['quarantine'] },
    ),
  ]
}

function describe(attempts: Stored['attempts']): string {
  return attempts.map(({ number, state }) => `${number} ${state}`).join(', ')
}
