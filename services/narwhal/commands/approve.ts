import { approveJob, type BuildView, isProblem, type JobView, problem } from '@narwhal/protocol'
import { findJob } from '../api/find-job.ts'
import { type Api, withApi } from '../api/open-api.ts'
import { parseWhat } from '../api/parse-what.ts'
import { plainLine } from '../clean-text.ts'
import type { CommandContext } from '../command-context.ts'
import { nameBuild } from '../name-build.ts'

/** `narwhal approve WHAT`: lets a job go on that waits for an approval. The token says who approves. */
export async function approve(what: string, context: CommandContext): Promise<number> {
  const job = await withApi(context, async (api) => {
    const meant = parseWhat(what)
    const approved = meant.kind === 'id' ? await approveById(api, meant.id) : undefined
    if (approved !== undefined) return approved
    const { build } = await findJob(api, what)
    return callApprove(api, waitingJob(build).id)
  })
  context.terminal.print(`${plainLine(job.name)} goes on`)
  return 0
}

/** First of all without looking anything up: the token of an approver opens nothing else. */
async function approveById(api: Api, id: string): Promise<JobView | undefined> {
  try {
    return await callApprove(api, id)
  } catch (error) {
    if (isProblem(error, 'JOB_NOT_FOUND')) return undefined // of a build, then
    throw error
  }
}

function callApprove({ client, at }: Api, jobId: string): Promise<JobView> {
  return client.call(approveJob, { ...at, params: { jobId } })
}

/** The one job of a build that waits for an approval: all that it needs has ended. */
function waitingJob(build: BuildView): JobView {
  const open = new Set(build.jobs.filter(({ state }) => state !== 'finished').map(({ name }) => name))
  const waiting = build.jobs.filter(({ state, needs }) => state === 'waiting' && !needs.some((name) => open.has(name)))
  const [job, ...others] = waiting
  if (job === undefined) throw problem('APPROVAL_NOT_AWAITED', `${nameBuild(build)} has no job that waits for one`)
  if (others.length === 0) return job
  const commands = waiting.map(({ id, name }) => `  narwhal approve ${id}  (${plainLine(name)})`)
  throw problem('WHAT_UNCLEAR', `${waiting.length} jobs of ${nameBuild(build)} wait:\n${commands.join('\n')}`)
}
