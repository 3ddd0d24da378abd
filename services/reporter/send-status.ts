import type { Clock } from '@narwhal/host'
import { problem, type ProblemError } from '@narwhal/protocol'
import { judgeReply } from './judge-reply.ts'
import type { Forge, ForgeReply } from './open-forge.ts'
import type { Report, ReportAnswer } from './report.ts'
import { restoreCovered } from './restore-covered.ts'
import { statusOfBuild } from './status-of-build.ts'

export interface SendStatusDeps {
  readonly forge: Forge
  /** The host of the repositories that the forge knows. */
  readonly forgeHost: string
  /** Where people reach the dispatcher. */
  readonly publicUrl: string
  readonly clock: Clock
}

/** Shows the state of a build at its commit, unless the forge shows it already. */
export async function sendStatus({ build, told, tries }: Report, deps: SendStatusDeps): Promise<ReportAnswer> {
  const { forge, forgeHost, publicUrl, clock } = deps
  const { repository, sha } = build.commit
  if (repository.host !== forgeHost) return { type: 'refused', cause: elsewhere(repository.host, forgeHost) }
  const status = statusOfBuild(build)
  const telling = `${status.state}: ${status.description}`
  if (telling === told) return { type: 'unchanged' }
  const outgoing = { ...status, repository, sha, targetUrl: `${publicUrl}/v1/builds/${build.id}` }
  const judge = (reply: ForgeReply) => judgeReply(reply, { tries, now: clock.now() })
  const fault = judge(await forge.post(outgoing)) ?? (await restoreCovered(outgoing, { forge, judge }))
  return fault ?? { type: 'delivered', told: telling }
}

/** A report that waited while NARWHAL_GITHUB_API_URL was changed. */
function elsewhere(host: string, forgeHost: string): ProblemError {
  return problem('STATUS_REFUSED', `The repository is at ${host}, the token is for ${forgeHost}`)
}
