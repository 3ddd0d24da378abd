import { problem, type Route, type RouteReply } from '@narwhal/protocol'
import { Compile } from 'typebox/compile'
import type { Agent } from 'undici'
import { problemFrom, unreachable } from './answer-problem.ts'
import { type CallOptions, requestRoute, urlOf } from './request-route.ts'

/** Makes one typed call; see `HttpClient`. */
export async function call<R extends Route>(agent: Agent, route: R, options: CallOptions<R>): Promise<RouteReply<R>> {
  const { body, timeoutMs = 10_000, signal } = options
  const url = urlOf(route, options)
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await requestRoute(agent, route, {
      call: options,
      type: 'application/json',
      content: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) throw problemFrom(text, answer, url)
    const reply: unknown = text === '' ? undefined : JSON.parse(text)
    if (!fitsReply(route, reply))
      throw problem('UNREACHABLE', `${url} answers what Narwhal does not`, { data: { sent: true } })
    return reply as RouteReply<R> // checked on the line above
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw unreachable(error, url)
  }
}

const replyChecks = new WeakMap<Route, (reply: unknown) => boolean>()

/** Whether something between us, or another program at that address, has answered in the place of the route. */
function fitsReply(route: Route, reply: unknown): boolean {
  const check = replyChecks.get(route) ?? replyCheck(route)
  replyChecks.set(route, check) // compiling takes milliseconds, checking microseconds
  return check(reply)
}

function replyCheck({ reply: schema }: Route): (reply: unknown) => boolean {
  if (schema === undefined) return (reply) => reply === undefined
  const validator = Compile(schema)
  return (reply) => validator.Check(reply)
}
