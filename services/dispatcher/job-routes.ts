import { type HttpServer, type RouteTokens, serveRoute } from '@narwhal/host'
import {
  cancelJob as cancelRoute,
  getJob,
  type JobView,
  problem,
  resubmitJob as resubmitRoute,
} from '@narwhal/protocol'
import { viewBuild, viewJobs } from './build-view.ts'
import { type CancelJobDeps, cancelJob } from './cancel-job.ts'
import type { Change } from './changes.ts'
import { once } from './once.ts'
import { resubmitJob } from './resubmit-job.ts'

/** Jobs: one, resubmit, cancel. */
export function serveJobRoutes(server: HttpServer, deps: CancelJobDeps & { readonly tokens: RouteTokens }): void {
  const { changes, tokens } = deps
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
    answer: async ({ params, body }) => {
      await cancelJob(deps, params.jobId, body.because)
      return changes.change((change) => viewJob(change, params.jobId))
    },
  })
}

async function viewJob({ tables }: Change, jobId: string): Promise<JobView> {
  const job = await tables.jobs.find(jobId)
  const [view] = job === undefined ? [] : await viewJobs(tables, [job])
  if (view === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${jobId}`)
  return view
}
