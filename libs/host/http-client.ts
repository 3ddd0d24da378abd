import type { Route, RouteReply } from '@narwhal/protocol'
import { Agent } from 'undici'
import { call } from './call.ts'
import { type ByteSource, download, upload } from './carry-bytes.ts'
import type { CallOptions } from './request-route.ts'

/** Keeps connections to other services and makes typed calls. */
export interface HttpClient extends AsyncDisposable {
  /**
   * Calls a route.
   *
   * @throws {ProblemError} the problem that the other side answered; UNREACHABLE when no whole answer of the route came
   *   (`data.sent` is false when the request certainly never arrived).
   */
  call<R extends Route>(route: R, options: CallOptions<R>): Promise<RouteReply<R>>
  /**
   * Sends bytes as the body of a route without a reply. An answer that comes before their end is the end: the rest of
   * `source` is not read. `timeoutMs` limits how long nothing may move; 60 s unless given.
   *
   * @throws as `call`, or what `source` throws.
   */
  upload<R extends Route>(route: R, options: CallOptions<R> & { readonly source: ByteSource }): Promise<void>
  /**
   * The bytes that a route answers: all of them, or it throws. Whoever does not read them to the end must end the
   * iteration. `timeoutMs` limits how long nothing may come; 60 s unless given.
   *
   * @throws as `call`, also while they are read.
   */
  download<R extends Route>(route: R, options: CallOptions<R>): Promise<AsyncIterable<Uint8Array>>
}

/** Opens connections as they are needed, and keeps them. */
export function openHttpClient(): HttpClient {
  const agent = new Agent({ connections: 32, keepAliveTimeout: 10_000, connect: { timeout: 5_000 } })
  return {
    call: (route, options) => call(agent, route, options),
    upload: (route, options) => upload(agent, route, options),
    download: (route, options) => download(agent, route, options),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}
