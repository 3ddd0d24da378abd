import type { BuildView, Ending, JobView } from '@narwhal/protocol'

/** A build that has ended, with the text of each log by the id of its job. */
export interface PlayedBuild {
  readonly build: BuildView
  readonly logs: ReadonlyMap<string, string>
}

/** What must be the same wherever a pipeline runs, by name of the job; `build` is the build itself. */
export function outcomeOf({ build, logs }: PlayedBuild): Readonly<Record<string, unknown>> {
  const jobs = build.jobs.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return Object.fromEntries([
    ['build', { ending: endingOf(build), order: orderOf(build) }],
    ...jobs.map((job) => [job.name, jobOutcome(job, logOf(job, build, logs))] as const),
  ])
}

function jobOutcome(job: JobView, log: readonly string[]): unknown {
  const { outputs, summary, artifacts, reports } = job.produced ?? {}
  return {
    ending: endingOf(job),
    attempts: job.attempts.map(({ ending, steps }) => ({
      ending: endingOf({ ending }),
      steps: steps.map((step) => `${step.name}: ${endingOf(step)} ${step.exitCode ?? ''}`),
    })),
    log,
    ...{
      outputs,
      summary,
      files: artifacts?.files,
      reports: reports === undefined ? undefined : withoutTimes(reports),
    },
  }
}

function endingOf({ ending }: { readonly ending?: Ending | undefined }): string {
  return [ending?.outcome, ending?.code].join(' ').trim()
}

/** Which job had ended when one that needs it began. */
function orderOf({ jobs }: BuildView): readonly string[] {
  const byName = new Map(jobs.map((job) => [job.name, job]))
  const pairs = jobs.flatMap((job) => job.needs.map((need) => [byName.get(need), job] as const))
  return pairs
    .filter(([need, job]) => (need?.finishedAt ?? Infinity) <= (job.startedAt ?? Infinity))
    .map(([need, job]) => `${need?.name} before ${job.name}`)
    .toSorted()
}

/** Lines, but for what is of one commit alone. Steps that ran side by side may have told in any order. */
function logOf(job: JobView, { commit }: BuildView, logs: ReadonlyMap<string, string>): readonly string[] {
  const text = (logs.get(job.id) ?? '').replaceAll(commit.sha, 'SHA')
  return text.split('\n')
}

function withoutTimes(reports: object): object {
  return JSON.parse(
    JSON.stringify(reports, (key, value: unknown) => (key === 'durationMs' ? undefined : value)),
  ) as object
}
