import { type Commit, type CommitMessage, repositoryKey } from '@narwhal/protocol'
import type { BuildRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import { publishBuild } from './publish-build.ts'

/**
 * Makes the build of a commit that arrived, or finds the one it already has: the same message, the same event while its
 * build is unfinished, or the same repository, ref and sha while that is being built.
 */
export async function acceptCommit(
  change: Change,
  { id, eventKey, commit }: CommitMessage,
): Promise<BuildRecord | undefined> {
  const known = await change.tables.inflow.buildOfMessage(id)
  if (known !== undefined) return change.tables.builds.find(known)
  const openKeys = { event: eventKey, commit: `${repositoryKey(commit.repository)} ${commit.ref} ${commit.sha}` }
  const open = await change.tables.builds.findOpen(openKeys)
  const build = open ?? (await insertBuild(change, commit, { openKeys }))
  await change.tables.inflow.keepMessage({ id, eventKey, buildId: build.id, at: change.now })
  return build
}

export interface InsertBuildOptions {
  readonly openKeys?: { readonly event: string; readonly commit: string }
  readonly resubmitOf?: string
}

/** A new build whose first job, `plan`, waits for a runner to read narwhal.yml. */
export async function insertBuild(change: Change, commit: Commit, options: InsertBuildOptions): Promise<BuildRecord> {
  const build = await change.tables.builds.insert({ id: change.newId(), commit, createdAt: change.now, ...options })
  await insertPlanJob(change, build.id)
  return publishBuild(change, build, 'build-queued')
}

/** The job that reads narwhal.yml. */
export async function insertPlanJob(change: Change, buildId: string): Promise<void> {
  await change.tables.jobs.insert({
    id: change.newId(),
    buildId,
    kind: 'plan',
    name: 'plan',
    position: 0,
    steps: [],
    labels: [],
    state: queuedAt(change.now),
  })
  change.touch({ kind: 'queued' })
}

/** The state of a job that never ran. */
export function queuedAt(now: number) {
  return { state: 'queued', queuedAt: now, notBeforeAt: now, setbacks: { lost: 0, errored: 0 } } as const
}
