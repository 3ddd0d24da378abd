import type { Commit, PlannedJob } from '@narwhal/protocol'
import type { NewAttempt, NewJob, Store } from '../index.ts'

/** A store that can be opened again; what is durable is there then. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store
}

export const commit: Commit = {
  repository: { host: 'github.com', owner: 'ada', name: 'engine' },
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  trigger: 'push',
}
export const id = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`

export function newBuild(number: number) {
  return { id: id(number), commit, createdAt: 1_000 + number }
}

export function newJob(number: number, buildId: string, queuedAt = 5_000): NewJob {
  const state = {
    state: 'queued',
    queuedAt,
    notBeforeAt: queuedAt,
    setbacks: { lost: 0, errored: 0, failed: 0 },
  } as const
  return {
    id: id(number),
    buildId,
    kind: 'steps',
    name: `job-${number}`,
    repository: 'github.com/ada/engine',
    trust: 'trusted',
    position: number,
    planned: plannedJob(`job-${number}`),
    state,
  }
}

export function plannedJob(name: string, others: Partial<PlannedJob> = {}): PlannedJob {
  return {
    ...{ name, key: name, digest: 'd'.repeat(64), steps: ['one', 'two'], needs: [], labels: ['os=linux'], secrets: [] },
    ...{ priority: 'normal', lost: 'rerun', allowFailure: false },
    ...others,
  }
}

export function newAttempt(number: number, jobId: string): NewAttempt {
  const steps = [{ index: 0, name: 'one', state: { state: 'pending' } as const }]
  const state = { state: 'leased', leasedAt: 6_000 } as const
  return { id: id(500 + number), jobId, number, runnerId: id(900), runnerName: 'ada', tokenHash: 'hash', state, steps }
}
