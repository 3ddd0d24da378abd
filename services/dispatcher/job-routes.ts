import { type Approver, type HttpServer, type Log, type RouteTokens, serveRoute } from '@narwhal/host'
import {
  approveJob as approveRoute,
  cancelJob as cancelRoute,
  getJob,
  type JobView,
  problem,
  resubmitJob as resubmitRoute,
} from '@narwhal/protocol'
import { approveJob } from './approve-job.ts'
import { viewBuild, viewJobs } from './build-view.ts'
import { cancelJob } from './cancel-job.ts'
import type { Change, Changes } from './changes.ts'
import { once } from './once.ts'
import { resubmitJob } from './resubmit-job.ts'

export interface JobRoutesDeps {
  readonly changes: Changes
  readonly tokens: RouteTokens
  /** Whose tokens open the route of approvals beside the API token. */
  readonly approvers?: readonly Approver[]
  readonly log: Log
}

/** Jobs: one, resubmit, cancel, approve. */
export function serveJobRoutes(server: HttpServer, { changes, tokens, approvers = [], log }: JobRoutesDeps): void {
  serveRoute(server, getJob, {
    tokens,
    answer: ({ params }) => changes.change((change) => viewJob(change, params.jobId)),
  })
  serveRoute(server, resubmitRoute, {
    tokens,
    answer: ({ params, request }) =>
      changes.change(async (change) => {
        const build = await once(change, request, () => resubmitJob(change, params.jobId))
        return viewBuild(change.tables, build)
      }),
  })
  serveRoute(server, cancelRoute, {
    tokens,
    answer: ({ params, body }) =>
      changes.change(async (change) => {
        await cancelJob(change, params.jobId, body.because)
        return viewJob(change, params.jobId)
      }),
  })
  serveRoute(server, approveRoute, {
    tokens: { ...tokens, alsoApi: approvers.map(({ tokenHash }) => tokenHash) },
    answer: ({ params: { jobId }, token }) =>
      changes.change(async (change) => {
        await approveJob(change, { jobId, token, approvers, log })
        return viewJob(change, jobId)
      }),
  })
}

async function viewJob({ tables }: Change, jobId: string): Promise<JobView> {
  const job = await tables.jobs.find(jobId)
  const [view] = job === undefined ? [] : await viewJobs(tables, [job])
  if (view === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  return view
}
