import { problem, type Topic } from '@narwhal/protocol'
import type { ConfirmChannel } from 'amqplib'
import type { OutgoingMessage, QueueDeps } from '../queue.ts'
import { untilAborted } from './until-aborted.ts'
import type { Session } from './open-session.ts'
import { type PublishConfirmed, publisherOn } from './publish-confirmed.ts'
import { type Link, startLink } from './start-link.ts'
import { within } from './within.ts'

/** The publishing half of a queue. */
export interface Publisher {
  readonly link: Link
  /** As `Queue.publish`. */
  publish(topic: Topic, message: OutgoingMessage, options: { readonly signal: AbortSignal }): Promise<void>
  /** Why nothing can be published now. */
  whyNot(): string | undefined
}

const confirmWithinMs = 30_000

/** Publishes on a connection of its own: a broker that lacks memory stops those who publish, and only those. */
export function startPublisher(url: string, deps: QueueDeps & { readonly signal: AbortSignal }): Publisher {
  const { clock, signal: ending } = deps
  let current: { readonly session: Session<ConfirmChannel>; readonly publish: PublishConfirmed } | undefined

  const link = startLink(
    url,
    {
      name: 'publish',
      signal: ending,
      createChannel: (connection) => connection.createConfirmChannel(),
      prepare: async () => {},
      async use(session) {
        current = { session, publish: publisherOn(session) }
        await untilAborted([session.over, ending])
        current = undefined
      },
    },
    deps,
  )

  function whyNot(): string | undefined {
    const blocked = current?.session.blocked()
    return blocked === undefined ? link.whyDown() : `the broker takes no messages: ${blocked}`
  }

  return {
    link,
    whyNot,
    async publish(topic, message, { signal }) {
      signal.throwIfAborted()
      const why = ending.aborted ? 'closed' : whyNot()
      if (current === undefined || why !== undefined) {
        throw problem('QUEUE_UNAVAILABLE', `The broker at ${new URL(url).host}: ${why ?? 'connecting'}`)
      }
      const { session, publish } = current
      const late = () => {
        const silence = problem(
          'QUEUE_UNAVAILABLE',
          `No confirm of message ${message.id} within ${confirmWithinMs} ms.`,
        )
        if (session.blocked() === undefined) session.end(silence) // a silent broker is asked again on a new connection
        return silence
      }
      await within(publish(topic, message), { ms: confirmWithinMs, clock, signal, late })
    },
  }
}
