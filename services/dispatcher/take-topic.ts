import { type Clock, failpoint, type Log } from '@narwhal/host'
import type { Topic } from '@narwhal/protocol'
import { type IncomingMessage, type Queue, takeEach } from '@narwhal/queue'
import { isStoreFault } from '@narwhal/store'
import type { Change, Changes } from './changes.ts'
import { quarantineMessage } from './quarantine-message.ts'

export interface TakeTopicDeps {
  readonly queue: Queue
  readonly changes: Changes
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** What a message became, or why it cannot be read. */
export type Taken = { readonly buildId: string | undefined } | { readonly unreadable: string }

/** Takes one message, within a transaction; the same one again changes nothing. */
export type TakeOne = (change: Change, body: string) => Promise<Taken>

/**
 * Takes the messages of a topic until aborted: a batch in one transaction, acknowledged only after its commit. What cannot
 * be read, or fails whenever it is taken, goes to quarantine and holds up nobody.
 */
export async function takeTopic(topic: Topic, takeOne: TakeOne, deps: TakeTopicDeps): Promise<void> {
  const { queue, changes, clock, log, signal } = deps
  const take = async (change: Change, message: IncomingMessage) => {
    const taken = await takeOne(change, message.body)
    if ('unreadable' in taken) await quarantineMessage(change, message, { topic, because: taken.unreadable, log })
  }
  const taking = {
    take: (messages: readonly IncomingMessage[]) =>
      changes.change(async (change) => {
        for (const message of messages) await take(change, message)
      }),
    quarantine: (message: IncomingMessage, cause: unknown) =>
      changes.change((change) => quarantineMessage(change, message, { topic, because: becauseOf(cause), log })),
    isPassing: isStoreFault,
    clock,
    signal,
  }
  const onBatch = async (batch: readonly IncomingMessage[]) => {
    await failpoint('dispatcher.before-take')
    await takeEach(batch, taking)
    await failpoint('dispatcher.after-take')
  }
  await queue.take(topic, 'dispatcher', onBatch, { signal })
}

/** Why a message that can be read could not be taken, for people. */
export function becauseOf(cause: unknown): string {
  return `it can be read, but not taken: ${String(cause).slice(0, 1_000)}`
}
