import type { BuildView } from '@narwhal/protocol'
import { plainLine } from '../clean-text.ts'
import { nameBuild } from '../name-build.ts'

/**
 * What is being worked on at the moment, as one line; absent when nothing is.
 *
 * @param builds the unfinished ones, the one to talk about last.
 * @param now milliseconds since the epoch.
 */
export function describeActivity(builds: readonly BuildView[], now: number): string | undefined {
  const build = builds.findLast(({ jobs }) => jobs.some(({ state }) => state === 'running')) ?? builds.at(-1)
  if (build === undefined) return undefined
  const others = builds.length === 1 ? '' : `   (${nameBuild(build)}, and ${builds.length - 1} more)`
  return `  … ${activityOf(build, now)}${others}`
}

function activityOf({ jobs }: BuildView, now: number): string {
  const job = jobs.find(({ state }) => state !== 'finished')
  if (job === undefined) return 'ending'
  if (job.state === 'queued') return 'waiting for a runner'
  const step = job.attempts.at(-1)?.steps.find(({ state }) => state === 'running')
  if (step?.startedAt !== undefined) {
    const seconds = Math.max(0, Math.floor((now - step.startedAt) / 1000))
    return `${plainLine(step.name)}  ${seconds} s`
  }
  return job.kind === 'plan' ? 'reading narwhal.yml' : 'preparing the container'
}
