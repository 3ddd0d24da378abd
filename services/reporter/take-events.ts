import { type Clock, failpoint, type Log, newId } from '@narwhal/host'
import { BuildEventMessage, buildEventsTopic } from '@narwhal/protocol'
import type { IncomingMessage, Queue } from '@narwhal/queue'
import { Compile } from 'typebox/compile'
import type { EventToTell, Outbox, Unreadable } from './outbox.ts'
import type { ReportTarget } from './report.ts'

export interface TakeEventsDeps {
  readonly queue: Queue
  readonly outbox: Outbox
  /** The host of the repositories whose commits get a status; absent: none do. */
  readonly forgeHost: string | undefined
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const message = Compile(BuildEventMessage)

/** Takes what happened to builds until aborted: a batch is in the outbox before it is acknowledged. */
export async function takeEvents({ queue, outbox, forgeHost, clock, log, signal }: TakeEventsDeps): Promise<void> {
  await queue.take(
    buildEventsTopic,
    'reporter',
    async (batch) => {
      const events: EventToTell[] = []
      const unreadable: Unreadable[] = []
      for (const incoming of batch) {
        const event = readEvent(incoming.body)
        if (event === undefined) unreadable.push(quarantined(incoming, clock, log))
        else events.push({ event, targets: targetsOf(event, forgeHost) })
      }
      await outbox.take(events, unreadable)
      await failpoint('reporter.after-take')
    },
    { signal },
  )
}

function readEvent(body: string): BuildEventMessage | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    if (!message.Check(parsed)) return undefined
    const hasEnded = parsed.build.state === 'finished' && parsed.build.ending !== undefined
    return hasEnded === (parsed.type === 'build-finished') ? parsed : undefined
  } catch {
    return undefined
  }
}

function quarantined({ id, body }: IncomingMessage, clock: Clock, log: Log): Unreadable {
  const because = `it is no message of the topic ${buildEventsTopic.name}`
  log.error({ messageId: id }, `a message went to quarantine: ${because}`)
  const at = clock.now()
  return { id: id || newId(at), body, because, at }
}

function targetsOf({ type, build }: BuildEventMessage, forgeHost: string | undefined): ReportTarget[] {
  const file = type === 'build-finished' ? (['file'] as const) : []
  const status = build.commit.repository.host === forgeHost ? (['github-status'] as const) : []
  return [...file, ...status]
}
