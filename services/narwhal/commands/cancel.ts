import { cancelJob } from '@narwhal/protocol'
import { findJob } from '../api/find-job.ts'
import { withApi } from '../api/open-api.ts'
import type { CommandContext } from '../command-context.ts'
import { nameBuild } from '../name-build.ts'

export interface CancelOptions {
  /** Why, for those who wonder later; at most 200 characters. */
  readonly because: string
}

/** `narwhal cancel WHAT`: asks a job to stop. */
export async function cancel(what: string, { because }: CancelOptions, context: CommandContext): Promise<number> {
  const { build, job } = await withApi(context, async (api) => {
    const found = await findJob(api, what)
    const params = { jobId: found.job.id }
    return { ...found, job: await api.client.call(cancelJob, { ...api.at, params, body: { because } }) }
  })
  const end = job.state === 'finished' ? 'is cancelled' : 'is asked to stop; that takes up to 15 seconds'
  context.terminal.print(`${nameBuild(build)} ${end}`)
  return 0
}
