import { newId } from '@narwhal/host'
import { resubmitJob } from '@narwhal/protocol'
import { findJob } from '../api/find-job.ts'
import { withApi } from '../api/open-api.ts'
import type { CommandContext } from '../command-context.ts'
import { nameBuild } from '../name-build.ts'

/** `narwhal resubmit WHAT`: runs a job again, in a new build. */
export async function resubmit(what: string, context: CommandContext): Promise<number> {
  const { terminal, clock } = context
  const { old, build } = await withApi(context, async (api) => {
    const found = await findJob(api, what)
    const headers = { 'idempotency-key': newId(clock.now()) }
    const params = { jobId: found.job.id }
    return { old: found.build, build: await api.client.call(resubmitJob, { ...api.at, headers, params }) }
  })
  terminal.print(`${nameBuild(build)} runs ${nameBuild(old)} again: narwhal log -f ${nameBuild(build)}`)
  return 0
}
