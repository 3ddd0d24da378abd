import { type Commit, type CommitMessage, repositoryKey } from '@narwhal/protocol'
import type { BuildRecord } from '@narwhal/store'
import type { Change } from './changes.ts'
import { publishBuild } from './publish-build.ts'

/**
 * Makes the build of a commit that arrived, or finds the one it already has: the same message, the same event while its
 * build is unfinished, or the same repository, ref and sha while that is being built (or ever, for what was only found by
 * comparing heads).
 */
export async function acceptCommit(
  change: Change,
  { id, eventKey, commit, unlessBuilt = false }: CommitMessage,
): Promise<BuildRecord | undefined> {
  const known = await change.tables.inflow.buildOfMessage(id)
  if (known !== undefined) return change.tables.builds.find(known)
  const openKeys = { event: eventKey, commit: `${repositoryKey(commit.repository)} ${commit.ref} ${commit.sha}` }
  const open =
    (await change.tables.builds.findOpen(openKeys)) ?? (unlessBuilt ? await builtBefore(change, commit) : undefined)
  const build = open ?? (await insertBuild(change, commit, { openKeys }))
  await change.tables.inflow.keepMessage({ id, eventKey, buildId: build.id, at: change.now })
  return build
}

async function builtBefore({ tables }: Change, { repository, ref, sha }: Commit): Promise<BuildRecord | undefined> {
  const [newest] = await tables.builds.list({ repository: repositoryKey(repository), ref, sha, limit: 1 })
  return newest
}

export interface InsertBuildOptions {
  readonly openKeys?: { readonly event: string; readonly commit: string }
  readonly resubmitOf?: string
}

/** A new build whose first job, `plan`, waits for a runner to read narwhal.yml. */
export async function insertBuild(change: Change, commit: Commit, options: InsertBuildOptions): Promise<BuildRecord> {
  const build = await change.tables.builds.insert({ id: change.newId(), commit, createdAt: change.now, ...options })
  await insertPlanJob(change, build)
  return publishBuild(change, build, 'build-queued')
}

/** The job that reads narwhal.yml. */
async function insertPlanJob(change: Change, { id: buildId, commit }: BuildRecord): Promise<void> {
  await change.tables.jobs.insert({
    id: change.newId(),
    buildId,
    repository: repositoryKey(commit.repository),
    trust: commit.trust ?? 'trusted',
    kind: 'plan',
    name: 'plan',
    position: 0,
    state: {
      state: 'queued',
      queuedAt: change.now,
      notBeforeAt: change.now,
      setbacks: { lost: 0, errored: 0, failed: 0 },
    },
  })
  change.touch({ kind: 'queued' })
}
