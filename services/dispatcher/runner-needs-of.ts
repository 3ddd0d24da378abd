import type { RunnerNeeds } from '@narwhal/pipeline'
import type { JobRecord } from '@narwhal/store'

/** What a job needs of its runner; a plan runs on any. */
export function runnerNeedsOf({ planned }: JobRecord): RunnerNeeds {
  const { labels = [], track } = planned ?? {}
  return { labels, ...(track === undefined ? {} : { track }) }
}
