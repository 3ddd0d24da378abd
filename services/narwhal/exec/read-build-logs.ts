import type { BuildView, JobView } from '@narwhal/protocol'
import type { Api } from '../api/open-api.ts'
import { readLog } from '../api/read-log.ts'

/** A job with what its newest attempt wrote, as text; secrets are masked. */
export interface JobWithLog extends JobView {
  readonly log: string
}

/** A build with all that its jobs wrote. */
export interface BuildWithLogs extends BuildView {
  readonly jobs: JobWithLog[]
}

/** Reads the logs of a build that has ended. @throws {ProblemError} UNREACHABLE */
export async function readBuildLogs(build: BuildView, api: Api, signal: AbortSignal): Promise<BuildWithLogs> {
  const jobs: JobWithLog[] = []
  for (const job of build.jobs) {
    let log = ''
    for await (const piece of readLog(api, { jobId: job.id, signal })) log += piece
    jobs.push({ ...job, log })
  }
  return { ...build, jobs }
}
