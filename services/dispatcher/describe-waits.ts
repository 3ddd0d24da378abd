import type { JobRecord, RunnerRecord, StoreTables } from '@narwhal/store'

/** What jobs that wait or are queued wait for, as the end of the sentence "waits for …", by their ids. */
export async function describeWaits(
  tables: StoreTables,
  jobs: readonly JobRecord[],
): Promise<ReadonlyMap<string, string>> {
  const open = jobs.filter(({ state }) => state.state === 'waiting' || state.state === 'queued')
  if (open.length === 0) return new Map()
  const around = await readAround(tables, open)
  return new Map(open.map((job) => [job.id, waitOf(job, around)]))
}

interface Around {
  /** Names of the unfinished jobs, by build. */
  readonly unfinished: ReadonlyMap<string, ReadonlySet<string>>
  /** Ids of the jobs whose turn in a concurrency group has not come. */
  readonly heldBack: ReadonlySet<string>
  /** The concurrency groups of builds. */
  readonly groups: ReadonlyMap<string, string>
  readonly runners: readonly RunnerRecord[]
}

async function readAround(tables: StoreTables, open: readonly JobRecord[]): Promise<Around> {
  const needing = buildsOf(open.filter(({ state }) => state.state === 'waiting' && state.for === 'needs'))
  const queued = open.filter(({ state }) => state.state === 'queued')
  const planned = buildsOf(queued.filter(({ kind }) => kind === 'steps'))
  const heldBack = new Set(await tables.jobs.listHeldBack(planned))
  const groups = new Map<string, string>()
  for (const id of buildsOf(queued.filter((job) => heldBack.has(job.id)))) {
    const build = await tables.builds.find(id)
    if (build?.concurrency !== undefined) groups.set(id, build.concurrency.group)
  }
  return {
    unfinished: unfinishedNames(await tables.jobs.ofBuilds(needing)),
    heldBack,
    groups,
    runners: queued.length === 0 ? [] : await tables.runners.list(),
  }
}

function buildsOf(jobs: readonly JobRecord[]): readonly string[] {
  return [...new Set(jobs.map(({ buildId }) => buildId))]
}

function unfinishedNames(jobs: readonly JobRecord[]): Around['unfinished'] {
  const unfinished = jobs.filter(({ kind, state }) => kind === 'steps' && state.state !== 'finished')
  const byBuild = Map.groupBy(unfinished, ({ buildId }) => buildId)
  return new Map([...byBuild].map(([id, of]) => [id, new Set(of.map(({ name }) => name))]))
}

function waitOf(job: JobRecord, around: Around): string {
  const { planned, state } = job
  if (state.state !== 'waiting') return queuedWait(job, around)
  if (state.for === 'approval') return approvalWait(planned?.approval ?? [])
  const unfinished = around.unfinished.get(job.buildId)
  const names = planned?.needs.filter((name) => unfinished?.has(name)) ?? []
  return `for ${listed(names, 'and') || 'the jobs that it needs'}`
}

function approvalWait(names: readonly string[]): string {
  return names.length === 0 ? 'for an approval' : `for an approval by ${listed(names, 'or')}`
}

function queuedWait({ id, buildId, planned }: JobRecord, { heldBack, groups, runners }: Around): string {
  const group = planned?.concurrency?.group ?? groups.get(buildId)
  if (heldBack.has(id) && group !== undefined) return `for its turn in the group ${group}`
  const labels = planned?.labels ?? []
  if (runners.some((runner) => labels.every((label) => runner.labels.includes(label)))) return 'for a free slot'
  return labels.length === 0 ? 'for a runner' : `for a runner with ${listed(labels, 'and')}`
}

/** Names that fit into a sentence. */
const namesShown = 8

function listed(names: readonly string[], last: 'and' | 'or'): string {
  const shown =
    names.length > namesShown ? [...names.slice(0, namesShown - 1), `${names.length - namesShown + 1} more`] : names
  const end = shown.at(-1) ?? ''
  return shown.length < 2 ? end : `${shown.slice(0, -1).join(', ')} ${last} ${end}`
}
