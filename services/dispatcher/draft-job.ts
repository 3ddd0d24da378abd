import { type PlannedJob, repositoryKey } from '@narwhal/protocol'
import type { BuildRecord, JobRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/** A planned job before it is stored: it waits for its needs, if it has any. `position`: its place in the plan, from 1. */
export function draftJob(change: Change, build: BuildRecord, options: DraftOptions): JobRecord {
  const { planned, position } = options
  return {
    id: change.newId(),
    buildId: build.id,
    repository: repositoryKey(build.commit.repository),
    trust: build.commit.trust ?? 'trusted',
    kind: 'steps',
    name: planned.name,
    position,
    planned,
    state: { state: 'waiting', queuedAt: change.now, for: 'needs' },
    attempts: 0,
    revision: 0,
  }
}

export interface DraftOptions {
  readonly planned: PlannedJob
  readonly position: number
}
