import { problem, repositoryKey } from '@narwhal/protocol'
import type { BuildFilter, BuildRecord, BuildTable } from '@narwhal/store'
import type { PlainBuild, PlainRows } from './plain-rows.ts'
import { dataFault } from './plain-aside.ts'
import type { Undo } from './rows.ts'

export function plainBuilds({ builds, numbers }: PlainRows, undo: Undo): BuildTable {
  const open = () => builds.all().filter(({ state }) => state.state !== 'finished')
  return {
    async insert({ id, commit, createdAt, resubmitOf, concurrency, openKeys }) {
      if (openKeys !== undefined && open().some((build) => isSame(build, openKeys))) throw taken(id)
      const repository = repositoryKey(commit.repository)
      const number = (numbers.get(repository) ?? 0) + 1
      numbers.set(repository, number, undo)
      const build: PlainBuild = {
        ...{ id, number, commit, state: { state: 'queued' }, createdAt },
        ...(resubmitOf === undefined ? {} : { resubmitOf }),
        ...{ sequence: 0, hasBegun: false, revision: 0 },
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(openKeys === undefined ? {} : { openKeys }),
      }
      builds.set(id, build, undo)
      return recordOf(build)
    },
    find: async (id) => maybe(builds.get(id)),
    findOpen: async (keys) => maybe(open().find((build) => isSame(build, keys))),
    list: async (filter) => list(builds.all(), filter),
    findRepositories: async (name) => {
      const of = builds.all().filter(({ commit: { repository } }) => `${repository.owner}/${repository.name}` === name)
      return [...new Set(of.map(({ commit }) => repositoryKey(commit.repository)))]
    },
    ofGroup: async ({ repository, group }) =>
      open()
        .filter((one) => one.concurrency?.group === group && repositoryKey(one.commit.repository) === repository)
        .toSorted((a, b) => a.number - b.number)
        .map(recordOf),
    async save(build, changes) {
      const stored = builds.get(build.id)
      if (stored?.revision !== build.revision) throw problem('STORE_CONFLICT', `build ${build.id}`)
      const saved = { ...build, ...changes, revision: build.revision + 1 }
      const { openKeys } = stored
      builds.set(build.id, openKeys === undefined ? saved : { ...saved, openKeys }, undo)
      return saved
    },
  }
}

function isSame({ openKeys }: PlainBuild, keys: { readonly event: string; readonly commit: string }): boolean {
  return openKeys !== undefined && (openKeys.event === keys.event || openKeys.commit === keys.commit)
}

function taken(id: string): Error {
  return dataFault(`build ${id}: another unfinished build has its key`)
}

function maybe(build: PlainBuild | undefined): BuildRecord | undefined {
  return build && recordOf(build)
}

function recordOf(stored: PlainBuild): BuildRecord {
  const { openKeys: _, ...build } = stored
  return build
}

function list(builds: readonly PlainBuild[], filter: BuildFilter): readonly BuildRecord[] {
  const { repository, ref, sha, number, state, after, limit } = filter
  const fits = (build: PlainBuild) =>
    (repository === undefined || isNamed(build, repository)) &&
    (ref === undefined || build.commit.ref === ref) &&
    (sha === undefined || build.commit.sha === sha) &&
    (number === undefined || build.number === number) &&
    (state === undefined || build.state.state === state) &&
    (after === undefined || build.id < after)
  const newestFirst = builds.filter(fits).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  return newestFirst.slice(0, limit).map(recordOf)
}

function isNamed({ commit: { repository } }: PlainBuild, name: string): boolean {
  return repositoryKey(repository) === name || `${repository.owner}/${repository.name}` === name
}
