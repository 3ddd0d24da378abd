import { createHash } from 'node:crypto'
import type { HttpRequest } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { BuildRecord } from '@narwhal/store'
import type { Change } from './changes.ts'

/** The build that the same request with the same `Idempotency-Key` made before. @throws {ProblemError} IDEMPOTENCY_KEY_REUSED */
export async function madeBefore(change: Change, request: HttpRequest): Promise<BuildRecord | undefined> {
  const key = keyOf(request)
  const answer = key === undefined ? undefined : await change.tables.inflow.findAnswer(key)
  if (answer === undefined) return undefined
  if (answer.request !== digestOf(request))
    throw problem('IDEMPOTENCY_KEY_REUSED', 'the key came with another request before')
  return change.tables.builds.find(answer.buildId)
}

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
  const made = await madeBefore(change, request)
  if (made !== undefined) return made
  const build = await make()
  const key = keyOf(request)
  if (key !== undefined)
    await change.tables.inflow.keepAnswer(key, { request: digestOf(request), buildId: build.id, at: change.now })
  return build
}

function keyOf(request: HttpRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  if (key.length > 255) throw problem('BAD_REQUEST', 'an Idempotency-Key has 255 characters at the most')
  return key
}

function digestOf({ method, url, body }: HttpRequest): string {
  return createHash('sha256')
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest('hex')
}
