/** What a job needs of a runner. */
export interface RunnerNeeds {
  readonly labels: readonly string[]
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
 * The least loaded (held / slots) comes first, then the one with most free slots, then the first by name.
 *
 * @returns `undefined` when no runner can take the job now.
 */
export function chooseRunner(job: RunnerNeeds, runners: readonly RunnerLoad[]): string | undefined {
  const able = runners.filter((runner) => runner.held < runner.slots && hasLabels(runner, job))
  return able.toSorted(byPreference)[0]?.id
}

function hasLabels(runner: RunnerLoad, { labels }: RunnerNeeds): boolean {
  return labels.every((label) => runner.labels.includes(label))
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
