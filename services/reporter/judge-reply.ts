import { problem } from '@narwhal/protocol'
import type { ForgeReply } from './open-forge.ts'
import type { ReportAnswer } from './report.ts'

/** How often a status is tried that the forge does not allow us: a permission may be on its way. */
const deniedTries = 5
const longestWaitMs = 3_600_000

/**
 * What a reply of GitHub to a commit status means for the report.
 *
 * @param tries  how often it was tried in vain before.
 * @param now    milliseconds since the epoch; used only where the forge names a moment and not its own time.
 * @see https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api ("Handle rate limit errors")
 */
export function judgeReply(
  reply: ForgeReply,
  { tries, now }: { tries: number; now: number },
): NotDelivered | undefined {
  const { status, message } = reply
  if (status >= 200 && status < 300) return undefined
  const said = `The forge answered ${status}: ${message.split('\n')[0]?.slice(0, 300)}`
  if (isLimit(reply))
    return { type: 'limited', cause: problem('FORGE_LIMITED', said), waitMs: limitWaitMs(reply.headers, now) }
  if (status === 0)
    return { type: 'failed', cause: problem('FORGE_UNAVAILABLE', `The forge gave no answer: ${message}`) }
  if (status >= 500 || status === 408) return { type: 'failed', cause: problem('FORGE_UNAVAILABLE', said) }
  const isDenied = status === 401 || status === 403
  return { type: isDenied && tries + 1 < deniedTries ? 'failed' : 'refused', cause: problem('STATUS_REFUSED', said) }
}

type NotDelivered = Exclude<ReportAnswer, { type: 'delivered' | 'unchanged' }>

/** GitHub says 403 for both "not allowed" and "too much"; where no header tells, only its words do. */
function isLimit({ status, headers, message }: ForgeReply): boolean {
  if (status === 429) return true
  if (status !== 403 && status !== 503) return false
  const isExhausted = String(headers['x-ratelimit-remaining'] ?? '') === '0'
  return headers['retry-after'] !== undefined || isExhausted || /\bsecondary rate limit\b/i.test(message)
}

/** At least a second; a minute where the forge names no time; an hour at the most. */
function limitWaitMs(headers: ForgeReply['headers'], now: number): number {
  const forgeNow = Date.parse(String(headers['date'] ?? ''))
  const since = Number.isNaN(forgeNow) ? now : forgeNow
  const after = String(headers['retry-after'] ?? '')
  const waitMs = /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - since
  const resetMs = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1000 - since
  const asked = [waitMs, resetMs].find((ms) => Number.isFinite(ms)) ?? 60_000
  return Math.min(Math.max(asked, 1_000), longestWaitMs)
}
