import { type Clock, type HttpClient, openHttpClient } from '@narwhal/host'
import { isProblem, problem } from '@narwhal/protocol'
import type { CommandContext } from '../command-context.ts'
import { type ClientConfig, readClientConfig } from './client-config.ts'

/** The REST API of a dispatcher: `client.call(route, { ...at, … })`. */
export interface Api {
  readonly client: HttpClient
  readonly at: ClientConfig
  readonly clock: Clock
}

/**
 * Runs a command that asks the dispatcher.
 *
 * @throws {ProblemError} NARWHAL_NOT_UP when nobody answers; what `work` throws.
 */
export async function withApi<T>(
  { env, clock, signal }: CommandContext,
  work: (api: Api, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const at = await readClientConfig(env)
  await using client = openHttpClient()
  try {
    return await work({ client, at, clock }, signal)
  } catch (error) {
    if (!isProblem(error, 'UNREACHABLE') || error.data?.['sent'] !== false) throw error
    throw problem('NARWHAL_NOT_UP', `Nobody listens at ${at.baseUrl}`, { cause: error })
  }
}
