import type { PlannedJob } from '@narwhal/protocol'

/** What a job needs of its runner, as one text: jobs with the same text fit the same runners. */
export function runsOnOf(planned: PlannedJob | undefined): string {
  return JSON.stringify([planned?.labels.toSorted() ?? [], planned?.track ?? ''])
}
