import { type NeededOutcome, nextJob, type NextOfWaiting, nextWaiting } from '@narwhal/pipeline'
import type { JobEvent } from '@narwhal/protocol'
import type { BuildRecord, JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import { findReusable } from './find-reusable.ts'

/**
 * All jobs of a build, those that wait for others moved on as far as these allow: released, asked for an approval, settled,
 * and so by one another. One that did not move is the same object; nothing is stored.
 */
export async function moveWaiting(
  change: Change,
  build: BuildRecord,
  jobs: readonly JobRecord[],
): Promise<readonly JobRecord[]> {
  const moved = [...jobs]
  for (let isAtRest = false; !isAtRest; ) {
    isAtRest = true
    for (const [place, job] of moved.entries()) {
      const next = await moveOne(change, job, { build, jobs: moved })
      if (next === job) continue
      moved[place] = next
      isAtRest = false
    }
  }
  return moved
}

interface Around {
  readonly build: BuildRecord
  readonly jobs: readonly JobRecord[]
}

async function moveOne(change: Change, job: JobRecord, around: Around): Promise<JobRecord> {
  if (job.state.state !== 'waiting' || job.state.for !== 'needs') return job
  const next = nextOf(job, around)
  const at = change.now
  if (next.next === 'wait') return job
  if (next.next === 'settle') return after(job, { type: 'settled', ending: next.ending, at })
  const reused = next.needsApproval ? undefined : await findReusable(change, job)
  if (reused === undefined) return after(job, { type: 'released', needsApproval: next.needsApproval, at })
  const { ending, ...taken } = reused
  return { ...after(job, { type: 'settled', ending, at }), ...taken }
}

function after(job: JobRecord, event: JobEvent): JobRecord {
  return { ...job, state: nextJob(job.state, event) }
}

function nextOf({ planned }: JobRecord, { build, jobs }: Around): NextOfWaiting {
  if (planned === undefined) return { next: 'wait' }
  const needs = planned.needs.map((name) => outcomeOf(jobs.find((one) => one.planned?.name === name)))
  // Whoever cancels a whole build cancels each of its jobs: none is left to be asked here.
  return nextWaiting(planned, { commit: build.commit, needs, isCancelled: false })
}

function outcomeOf(job: JobRecord | undefined): NeededOutcome | undefined {
  if (job?.planned === undefined || job.state.state !== 'finished') return undefined
  const { key, name, allowFailure } = job.planned
  const { outcome, code } = job.state.ending
  return { key, name, allowFailure, outcome, code, outputs: job.produced?.outputs ?? {} }
}
