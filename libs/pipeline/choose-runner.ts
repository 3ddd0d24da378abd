/** What a job needs of a runner. */
export interface RunnerNeeds {
  readonly labels: readonly string[]
  /** Runners with the label `track=<track>` come first. */
  readonly track?: string | undefined
}

/** A runner as the dispatcher knows it. `slots`: attempts it can hold; `held`: attempts it holds now. */
export interface RunnerLoad {
  readonly id: string
  readonly name: string
  readonly slots: number
  readonly held: number
  readonly labels: readonly string[]
}

/**
 * The id of the runner that should get a job: one with a free slot and all the labels that the job needs.
 *
 * Of those, runners of the job's track come first, then runners of no track, which are the only others that take a job with
 * a track. A job without one goes to runners of no track first. Among equals the least loaded (held / slots) comes first,
 * then the one with most free slots, then the first by name.
 *
 * @returns `undefined` when no runner can take the job now.
 */
export function chooseRunner(job: RunnerNeeds, runners: readonly RunnerLoad[]): string | undefined {
  const able = runners.filter((runner) => runner.held < runner.slots && hasLabels(runner, job))
  const ranked = able.map((runner) => ({ runner, rank: trackRank(runner, job) }))
  const best = Math.min(...ranked.map(({ rank }) => rank))
  const nearest = ranked.filter(({ rank }) => rank === best && rank < never)
  return nearest.map(({ runner }) => runner).toSorted(byPreference)[0]?.id
}

function hasLabels(runner: RunnerLoad, { labels }: RunnerNeeds): boolean {
  return labels.every((label) => runner.labels.includes(label))
}

/** The rank of a runner that does not take the job at all. */
const never = 2

/** How near the tracks of a runner are to that of the job; 0 is nearest. */
function trackRank({ labels }: RunnerLoad, { track }: RunnerNeeds): number {
  const isTracked = labels.some((label) => label.startsWith('track='))
  if (track === undefined) return isTracked ? 1 : 0
  if (labels.includes(`track=${track}`)) return 0
  return isTracked ? never : 1
}

function byPreference(a: RunnerLoad, b: RunnerLoad): number {
  const byLoad = a.held * b.slots - b.held * a.slots // held / slots compared without rounding
  const byFree = b.slots - b.held - (a.slots - a.held)
  return byLoad || byFree || compareText(a.name, b.name) || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
