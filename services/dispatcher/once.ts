import { createHash } from 'node:crypto'
import type { HttpRequest } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { BuildRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/**
 * Makes a build once per `Idempotency-Key`: the same request again gets the build it made before.
 *
 * @throws {ProblemError} IDEMPOTENCY_KEY_REUSED when the key came with another request.
 */
export async function once(
  change: Change,
  request: HttpRequest,
  make: () => Promise<BuildRecord>,
): Promise<BuildRecord> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return make()
  if (key.length > 255) throw problem('BAD_REQUEST', 'an Idempotency-Key has 255 characters at the most')
  const digest = createHash('sha256')
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest('hex')
  const answer = await change.tables.inflow.findAnswer(key)
  if (answer !== undefined && answer.request !== digest)
    throw problem('IDEMPOTENCY_KEY_REUSED', 'the key came with another request before')
  const made = answer === undefined ? undefined : await change.tables.builds.find(answer.buildId)
  if (made !== undefined) return made
  const build = await make()
  await change.tables.inflow.keepAnswer(key, { request: digest, buildId: build.id, at: change.now })
  return build
}
