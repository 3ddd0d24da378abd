import type { JobRecord } from '@narwhal/store'
import type { Cancel } from './cancels.ts'

/** What follows when a cell of a matrix with `fail-fast` fails: the other unfinished cells are cancelled. */
export function failFast(ended: JobRecord, jobs: readonly JobRecord[]): readonly Cancel[] {
  if (!endsOthers(ended)) return []
  const others = jobs.filter((job) => job.state.state !== 'finished' && isCellOf(job, ended))
  return others.map(({ id }) => ({ jobId: id, because: `${ended.name} failed` }))
}

function endsOthers({ planned, state }: JobRecord): boolean {
  if (planned?.failFast !== true || planned.allowFailure || state.state !== 'finished') return false
  return state.ending.outcome === 'failed' || state.ending.outcome === 'errored'
}

function isCellOf(job: JobRecord, other: JobRecord): boolean {
  return job.id !== other.id && job.planned?.key === other.planned?.key
}
