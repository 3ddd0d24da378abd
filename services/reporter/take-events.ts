import { type Clock, failpoint, forQuarantine, type Log, messageReader, newId } from '@narwhal/host'
import { BuildEventMessage, buildEventsTopic, type ReportMessage } from '@narwhal/protocol'
import { type IncomingMessage, type Queue, takeEach } from '@narwhal/queue'
import { isStoreFault } from '@narwhal/store'
import type { EventToTell, Outbox } from './outbox.ts'
import { targetsOf } from './targets-of.ts'

export interface TakeEventsDeps {
  readonly queue: Queue
  readonly outbox: Outbox
  /** The host of the repositories whose commits get a status; absent: none do. */
  readonly forgeHost: string | undefined
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const readMessage = messageReader(buildEventsTopic, BuildEventMessage)

/**
 * Takes what happened to builds until aborted: a batch is in the outbox before it is acknowledged. What cannot be read, or
 * fails whenever it is taken, goes to the dispatcher, who keeps it in quarantine for people.
 */
export async function takeEvents(deps: TakeEventsDeps): Promise<void> {
  const { queue, outbox, clock, signal } = deps
  await queue.take(
    buildEventsTopic,
    'reporter',
    async (batch) => {
      await takeEach(batch, {
        take: (messages) => takeAll(messages, deps),
        quarantine: (message, cause) => {
          const because = `it can be read, but not taken: ${String(cause).slice(0, 1_000)}`
          return outbox.take([], [quarantined(message, because, deps)])
        },
        isPassing: isStoreFault,
        clock,
        signal,
      })
      await failpoint('reporter.after-take')
    },
    { signal },
  )
}

async function takeAll(messages: readonly IncomingMessage[], deps: TakeEventsDeps): Promise<void> {
  const { outbox, forgeHost, clock } = deps
  const events: EventToTell[] = []
  const unreadable: ReportMessage[] = []
  for (const incoming of messages) {
    const read = readEvent(incoming.body)
    if ('unreadable' in read) unreadable.push(quarantined(incoming, read.unreadable, deps))
    else events.push(targetsOf(read.message, forgeHost, clock.now()))
  }
  await outbox.take(events, unreadable)
}

function readEvent(body: string): ReturnType<typeof readMessage> {
  const read = readMessage(body)
  if ('unreadable' in read) return read
  const { type, build } = read.message
  const hasEnded = build.state === 'finished' && build.ending !== undefined
  if (hasEnded === (type === 'build-finished')) return read
  return { unreadable: `it is a ${type} of a build that is ${build.state}` }
}

function quarantined({ id: messageId, body }: IncomingMessage, because: string, deps: TakeEventsDeps): ReportMessage {
  deps.log.error({ messageId }, `a message goes to quarantine: ${because}`)
  const at = deps.clock.now()
  const kept = forQuarantine({ messageId, body, because })
  return { version: 1, id: newId(at), type: 'quarantine', topic: buildEventsTopic.name, ...kept, at }
}
