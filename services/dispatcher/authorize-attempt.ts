import { equalTokens, hashToken } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { AttemptRecord, StoreTables } from '@narwhal/store'

/**
 * The attempt that a token belongs to.
 *
 * @throws {ProblemError} ATTEMPT_NOT_FOUND; ATTEMPT_TOKEN_WRONG when the token is another attempt's.
 */
export async function authorizeAttempt(tables: StoreTables, attemptId: string, token: string): Promise<AttemptRecord> {
  const attempt = await tables.attempts.find(attemptId)
  if (attempt === undefined) throw problem('ATTEMPT_NOT_FOUND', `there is no attempt ${attemptId}`)
  if (!equalTokens(hashToken(token), attempt.tokenHash))
    throw problem('ATTEMPT_TOKEN_WRONG', `the token is not the one of attempt ${attemptId}`)
  return attempt
}
