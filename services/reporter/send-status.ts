import type { Clock } from '@narwhal/host'
import { problem, type ProblemError } from '@narwhal/protocol'
import { judgeReply } from './judge-reply.ts'
import type { PostStatus } from './open-forge.ts'
import type { Report, ReportAnswer } from './report.ts'
import { statusOfBuild } from './status-of-build.ts'

export interface SendStatusDeps {
  readonly post: PostStatus
  /** The host of the repositories that the forge knows. */
  readonly forgeHost: string
  /** Where people reach the dispatcher. */
  readonly publicUrl: string
  readonly clock: Clock
}

/** Shows the state of a build at its commit, unless the forge shows it already. */
export async function sendStatus({ build, told, tries }: Report, deps: SendStatusDeps): Promise<ReportAnswer> {
  const { post, forgeHost, publicUrl, clock } = deps
  const { repository, sha } = build.commit
  if (repository.host !== forgeHost) return { type: 'refused', cause: elsewhere(repository.host, forgeHost) }
  const status = statusOfBuild(build)
  const telling = `${status.state}: ${status.description}`
  if (telling === told) return { type: 'unchanged' }
  const reply = await post({ ...status, repository, sha, targetUrl: `${publicUrl}/v1/builds/${build.id}` })
  return judgeReply(reply, { tries, now: clock.now() }) ?? { type: 'delivered', told: telling }
}

/** A report that waited while NARWHAL_GITHUB_API_URL was changed. */
function elsewhere(host: string, forgeHost: string): ProblemError {
  return problem('STATUS_REFUSED', `The repository is at ${host}, the token is for ${forgeHost}`)
}
