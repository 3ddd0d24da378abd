import type { Channel } from 'amqplib'
import { backOffMs, longestBackOffMs } from '../back-off.ts'
import type { QueueDeps } from '../queue.ts'
import { openSession, type Session, type SessionPlan } from './open-session.ts'

/** A link to the broker that is made again whenever it is lost. */
export interface Link {
  /** Resolves after the first attempt to connect, however it ended. */
  readonly attempted: Promise<void>
  /** Resolves when aborted and closed. */
  readonly ended: Promise<void>
  /** Why the link is down, or `undefined` while it is up. */
  whyDown(): string | undefined
}

/** What a link is for. */
export interface LinkPlan<C extends Channel> extends SessionPlan<C> {
  /** How events call the link. */
  readonly name: string
  /** Uses a session until it is over, is to be made anew, or `signal` aborts. */
  readonly use: (session: Session<C>) => Promise<void>
  readonly signal: AbortSignal
}

/** Keeps a session to the broker at `url` in use until `plan.signal` aborts. */
export function startLink<C extends Channel>(url: string, plan: LinkPlan<C>, deps: QueueDeps): Link {
  const { name: link, signal } = plan
  const { clock, random, onEvent } = deps
  const attempted = Promise.withResolvers<void>()
  let whyDown: string | undefined = 'not connected yet'

  function goDown(cause: unknown): void {
    attempted.resolve()
    if (signal.aborted) return
    whyDown = cause instanceof Error ? describe(cause) : String(cause)
    onEvent({ type: 'link-down', link, cause })
  }

  async function useOneSession(): Promise<void> {
    await using session = await openSession(url, plan, { clock, signal })
    if (whyDown !== undefined) onEvent({ type: 'link-up', link })
    whyDown = undefined
    attempted.resolve()
    await plan.use(session)
    session.over.throwIfAborted()
  }

  async function keepSession(): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = clock.monotonic()
      await useOneSession().catch(goDown)
      failures = clock.monotonic() - startedAt > longestBackOffMs ? 1 : failures + 1 // it worked for a while: begin anew
      await clock.sleep(backOffMs(failures, random), signal).catch(() => {}) // aborted: the loop ends
    }
  }

  return { attempted: attempted.promise, ended: keepSession(), whyDown: () => whyDown }
}

/** An `AggregateError` of a host with several addresses has no text of its own. */
function describe(error: Error): string {
  if (error.message !== '') return error.message
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.name
}
