import { type BuildState, type Commit, type PlannedConcurrency, repositoryKey } from '@narwhal/protocol'
import type { Kysely, Selectable } from 'kysely'
import type { Schema } from '../schema.ts'
import type { BuildFilter, BuildRecord, BuildTable, NewBuild } from '../store.ts'
import { expectOne } from './expect-one.ts'

/** Builds, with a number that counts up per repository. */
export function buildTable(db: Kysely<Schema>): BuildTable {
  return {
    insert: (build) => insertBuild(db, build),
    find: async (id) => {
      const row = await db.selectFrom('builds').selectAll().where('id', '=', id).executeTakeFirst()
      return row && recordOf(row)
    },
    findOpen: async (keys) => {
      const row = await db
        .selectFrom('builds')
        .selectAll()
        .where((or) => or.or([or('open_event', '=', keys.event), or('open_commit', '=', keys.commit)]))
        .executeTakeFirst()
      return row && recordOf(row)
    },
    list: (filter) => listBuilds(db, filter),
    findRepositories: async (name) => {
      const rows = await db
        .selectFrom('builds')
        .select('repository')
        .distinct()
        .where('repository_name', '=', name)
        .execute()
      return rows.map(({ repository }) => repository)
    },
    ofGroup: async ({ repository, group }) => {
      const open = db.selectFrom('builds').selectAll().where('state', 'in', ['queued', 'running'])
      const rows = await open.where('concurrency_group', '=', group).where('repository', '=', repository).execute()
      return rows.map(recordOf).toSorted((a, b) => a.number - b.number)
    },
    save: async (build, changes) => {
      const saved = { ...build, ...changes, revision: build.revision + 1 }
      const { state, sequence, hasBegun, revision } = saved
      const closed = state.state === 'finished' ? { open_event: null, open_commit: null } : {}
      const updated = await db
        .updateTable('builds')
        .set({
          state: state.state,
          state_json: JSON.stringify(state),
          sequence,
          ...concurrencyColumns(saved.concurrency),
          has_begun: Number(hasBegun),
          revision,
          ...closed,
        })
        .where('id', '=', build.id)
        .where('revision', '=', build.revision)
        .executeTakeFirst()
      expectOne(updated, `build ${build.id}`)
      return saved
    },
  }
}

async function insertBuild(db: Kysely<Schema>, build: NewBuild): Promise<BuildRecord> {
  const repository = repositoryKey(build.commit.repository)
  const state: BuildState = { state: 'queued' }
  const { newest } = await db
    .insertInto('build_numbers')
    .values({ repository, newest: 1 })
    .onConflict((conflict) =>
      conflict.column('repository').doUpdateSet((of) => ({ newest: of('build_numbers.newest', '+', 1) })),
    )
    .returning('newest')
    .executeTakeFirstOrThrow()
  const row = {
    id: build.id,
    repository,
    repository_name: `${build.commit.repository.owner}/${build.commit.repository.name}`,
    number: newest,
    ref: build.commit.ref,
    sha: build.commit.sha,
    commit_json: JSON.stringify(build.commit),
    state: state.state,
    state_json: JSON.stringify(state),
    created_at: build.createdAt,
    resubmit_of: build.resubmitOf ?? null,
    sequence: 0,
    ...concurrencyColumns(build.concurrency),
    has_begun: 0,
    open_event: build.openKeys?.event ?? null,
    open_commit: build.openKeys?.commit ?? null,
    revision: 0,
  }
  await db.insertInto('builds').values(row).execute()
  return recordOf(row)
}

type ConcurrencyColumns = Pick<Schema['builds'], 'concurrency_json' | 'concurrency_group' | 'concurrency_limit'>

function concurrencyColumns(concurrency: PlannedConcurrency | undefined): ConcurrencyColumns {
  return {
    concurrency_json: concurrency === undefined ? null : JSON.stringify(concurrency),
    concurrency_group: concurrency?.group ?? null,
    concurrency_limit: concurrency?.limit ?? 0,
  }
}

async function listBuilds(db: Kysely<Schema>, filter: BuildFilter): Promise<readonly BuildRecord[]> {
  let query = db.selectFrom('builds').selectAll().orderBy('id', 'desc').limit(filter.limit)
  if (filter.repository !== undefined) {
    const column = filter.repository.split('/').length === 3 ? 'repository' : 'repository_name'
    query = query.where(column, '=', filter.repository)
  }
  if (filter.ref !== undefined) query = query.where('ref', '=', filter.ref)
  if (filter.sha !== undefined) query = query.where('sha', '=', filter.sha)
  if (filter.number !== undefined) query = query.where('number', '=', filter.number)
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  if (filter.after !== undefined) query = query.where('id', '<', filter.after)
  return (await query.execute()).map(recordOf)
}

function recordOf(row: Selectable<Schema['builds']>): BuildRecord {
  return {
    id: row.id,
    number: row.number,
    commit: JSON.parse(row.commit_json) as Commit, // written by `insertBuild`
    state: JSON.parse(row.state_json) as BuildState, // written by `insertBuild` and `save`
    createdAt: row.created_at,
    ...(row.resubmit_of === null ? {} : { resubmitOf: row.resubmit_of }),
    sequence: row.sequence,
    ...(row.concurrency_json === null ? {} : { concurrency: JSON.parse(row.concurrency_json) as PlannedConcurrency }), // written by `concurrencyColumns`
    hasBegun: row.has_begun === 1,
    revision: row.revision,
  }
}
