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

/**
 * Shows the state of a build at its commit, unless the forge shows it already. Each try makes one step: it posts, or it looks what
 * the post has covered; so a look that fails posts nothing twice.
 */
export async function sendStatus(report: Report, deps: SendStatusDeps): Promise<ReportAnswer> {
  const { build, told, receipt, tries } = report
  const { forge, forgeHost, publicUrl, clock } = deps
  const { repository, sha } = build.commit
  if (repository.host !== forgeHost) return { type: 'refused', cause: elsewhere(repository.host, forgeHost) }
  const status = statusOfBuild(build)
  const telling = `${status.state}: ${status.description}`
  const outgoing = { ...status, repository, sha, targetUrl: `${publicUrl}/v1/builds/${build.id}` }
  const judge = (reply: ForgeReply) => judgeReply(reply, { tries, now: clock.now() })
  if (telling === told) {
    if (receipt === undefined) return { type: 'unchanged' }
    const fault = await restoreCovered({ ...outgoing, ...receipt }, { forge, judge })
    return fault ?? { type: 'delivered', told: telling }
  }
  const reply = await forge.post(outgoing)
  const fault = judge(reply)
  if (fault !== undefined) return fault
  if (reply.receipt === undefined) return { type: 'delivered', told: telling } // nobody could tell ours from those of others
  return { type: 'posted', told: telling, receipt: reply.receipt }
}

/** A report that waited while NARWHAL_GITHUB_API_URL was changed. */
function elsewhere(host: string, forgeHost: string): ProblemError {
  return problem('STATUS_REFUSED', `The repository is at ${host}, the token is for ${forgeHost}`)
}
