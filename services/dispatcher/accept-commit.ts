import { newIdAfter } from '@narwhal/host'
import { type Commit, type CommitMessage, repositoryKey } from '@narwhal/protocol'
import type { BuildRecord, DeliveryKeys } from '@narwhal/store'
import type { Change } from './changes.ts'
import { publishBuild } from './publish-build.ts'

/**
 * Makes the build of a commit that arrived, or finds the one it already has: the same message, a copy of the same delivery,
 * the same event while its build is unfinished, or the same repository, ref and sha while that is being built (or as the
 * newest push to the ref, for what was only found by comparing heads).
 */
export async function acceptCommit(change: Change, message: CommitMessage): Promise<BuildRecord | undefined> {
  const { tables, now } = change
  const { id, eventKey } = message
  const known = await tables.inflow.buildOfMessage(id)
  if (known !== undefined) return tables.builds.find(known)
  const keys = deliveryKeys(message)
  const first = keys && (await tables.deliveries.findBuild(keys))
  const buildId = first ?? (await buildOfEvent(change, message)).id
  await tables.inflow.keepMessage({ id, eventKey, buildId, at: now })
  if (keys !== undefined && first === undefined) await tables.deliveries.insert({ ...keys, buildId, at: now })
  return tables.builds.find(buildId)
}

/** Ids are those of one forge, and not signed: with its host they are nobody else's. */
function deliveryKeys({ delivery, commit }: CommitMessage): DeliveryKeys | undefined {
  if (delivery === undefined) return undefined
  const { id, secretId, sha256 } = delivery
  return { delivery: `${commit.repository.host} ${id}`, secretId, sha256 }
}

async function buildOfEvent(change: Change, { eventKey, commit, unlessBuilt }: CommitMessage): Promise<BuildRecord> {
  const openKeys = { event: eventKey, commit: `${repositoryKey(commit.repository)} ${commit.ref} ${commit.sha}` }
  const open = await change.tables.builds.findOpen(openKeys)
  const known = open ?? (unlessBuilt === true ? await builtBefore(change, commit) : undefined)
  return known ?? insertBuild(change, commit, { openKeys })
}

/**
 * The build of the newest push to the ref, if it was this one: a ref that went back to a commit was pushed anew. The push
 * before it may have come after it.
 */
async function builtBefore({ tables }: Change, { repository, ref, sha }: Commit): Promise<BuildRecord | undefined> {
  const builds = await tables.builds.list({ repository: repositoryKey(repository), ref, limit: 100 })
  const pushed = builds.filter(({ resubmitOf }) => resubmitOf === undefined)
  const own = pushed.find(({ commit }) => commit.sha === sha)
  const newest = pushed[0]?.commit
  const isOvertaken = newest !== undefined && own?.commit.before === newest.sha && newest.before !== sha
  return newest?.sha === sha || isOvertaken ? own : undefined
}

export interface InsertBuildOptions {
  readonly openKeys?: { readonly event: string; readonly commit: string }
  readonly resubmitOf?: string
}

/** A new build whose first job, `plan`, waits for a runner to read narwhal.yml. */
export async function insertBuild(change: Change, commit: Commit, options: InsertBuildOptions): Promise<BuildRecord> {
  const id = await nextBuildId(change, commit)
  const build = await change.tables.builds.insert({ id, commit, createdAt: change.now, ...options })
  await insertPlanJob(change, build)
  return publishBuild(change, build, 'build-queued')
}

/** Builds of a repository are ordered by their ids, also where dispatchers have clocks that differ, or one was put back. */
async function nextBuildId({ tables, newId, now }: Change, { repository }: Commit): Promise<string> {
  const [newest] = await tables.builds.list({ repository: `${repository.owner}/${repository.name}`, limit: 1 })
  return newest === undefined ? newId() : newIdAfter(newest.id, now)
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
