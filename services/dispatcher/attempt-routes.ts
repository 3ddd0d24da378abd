import { failpoint, type HttpServer, serveRoute } from '@narwhal/host'
import { problem, renewAttempt, reportAttempt } from '@narwhal/protocol'
import { authorizeAttempt } from './authorize-attempt.ts'
import type { Changes } from './changes.ts'
import type { LeaseTerms } from './lease-job.ts'
import { takeReport } from './take-report.ts'

export interface AttemptRoutesDeps extends LeaseTerms {
  readonly changes: Changes
}

/** What runners say about their attempts. Each call is authorised by the token of its attempt. */
export function serveAttemptRoutes(server: HttpServer, { changes, ...terms }: AttemptRoutesDeps): void {
  serveRoute(server, reportAttempt, {
    tokens: {},
    admitLarge: ({ params, token }) =>
      changes.change(async ({ tables }) => void (await authorizeAttempt(tables, params.attemptId, token))),
    answer: async ({ params, token, body }) => {
      await failpoint('dispatcher.before-report')
      const call = { attemptId: params.attemptId, token, report: body }
      const reply = await changes.change((change) => takeReport(change, call, terms))
      await failpoint('dispatcher.after-report')
      return reply
    },
  })
  serveRoute(server, renewAttempt, {
    tokens: {},
    answer: ({ params, token }) =>
      changes.change(async ({ tables }) => {
        const attempt = await authorizeAttempt(tables, params.attemptId, token)
        if (!(await tables.attempts.renew(attempt.id))) {
          throw problem('ATTEMPT_STALE', `attempt ${attempt.number} is ${attempt.state.state}`)
        }
        const job = await tables.jobs.find(attempt.jobId)
        const cancel = job !== undefined && 'cancelBecause' in job.state ? job.state.cancelBecause : undefined
        return cancel === undefined ? {} : { cancel }
      }),
  })
}
