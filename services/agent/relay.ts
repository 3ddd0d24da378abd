import { type Clock, type Counter, failpoint, type Log, startLoop } from '@narwhal/host'
import { commitsTopic } from '@narwhal/protocol'
import type { Queue } from '@narwhal/queue'
import type { Inbox, Unrelayed } from './inbox.ts'

// 1. A message is marked relayed only after the queue confirmed it: at least once, with the same id each time.
// 2. At most `windowSize` messages are with the queue; a slow one does not hold back those behind it.
// 3. After a failure everything in flight is waited for, then the inbox is read from its start again.

export interface RelayDeps {
  readonly inbox: Inbox
  readonly queue: Queue
  readonly clock: Clock
  readonly log: Log
  readonly relayed: Counter
}

const windowSize = 256

/** Moves what the inbox keeps into the queue, for as long as it is not disposed. */
export function startRelay({ inbox, queue, clock, log, relayed }: RelayDeps): AsyncDisposable {
  const inFlight = new Set<Promise<void>>()
  const confirmed = new Set<string>()
  const failures: unknown[] = []
  let position = 0

  async function markConfirmed(): Promise<void> {
    const ids = [...confirmed]
    if (ids.length === 0) return
    await failpoint('agent.after-publish')
    await inbox.markRelayed(ids)
    for (const id of ids) confirmed.delete(id)
    relayed.inc(ids.length)
  }

  async function publish({ id, message }: Unrelayed, signal: AbortSignal): Promise<void> {
    try {
      await queue.publish(commitsTopic, { id, body: message }, { signal })
      confirmed.add(id)
    } catch (error) {
      failures.push(error)
    }
    inbox.arrivals.wake()
  }

  function track(publishing: Promise<void>): void {
    const tracked: Promise<void> = publishing.finally(() => inFlight.delete(tracked))
    inFlight.add(tracked)
  }

  async function relayTurn(signal: AbortSignal): Promise<void> {
    await markConfirmed()
    if (failures.length > 0) await startOver()
    const messages = inFlight.size < windowSize ? await inbox.takeUnrelayed(windowSize - inFlight.size, position) : []
    for (const message of messages) track(publish(message, signal))
    position = messages.at(-1)?.position ?? position
    await inbox.arrivals.next(signal) // of a message, or of a place: what was asked for is with the queue
  }

  /** Throws the first failure, so that the loop waits before its next turn. */
  async function startOver(): Promise<void> {
    await Promise.all(inFlight)
    await markConfirmed()
    position = 0
    throw failures.splice(0)[0]
  }

  const loop = startLoop(relayTurn, { name: 'relay', clock, log })
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]()
      await Promise.all(inFlight)
      await markConfirmed().catch((error: unknown) =>
        log.warn({ err: error }, 'confirmed messages are published again'),
      )
    },
  }
}
