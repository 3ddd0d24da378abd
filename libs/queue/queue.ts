import type { Topic } from '@narwhal/protocol'
import type { QueueClock } from './clock.ts'

/** A message to publish. */
export interface OutgoingMessage {
  /** The sender's id of the message; the same one again when it is published again. */
  readonly id: string
  /** JSON text. */
  readonly body: string
}

/** A message as a subscriber gets it. */
export interface IncomingMessage {
  readonly id: string
  readonly body: string
  /** `true`: it may have been given to somebody before. `false` does not say that it is new: senders may publish twice. */
  readonly redelivered: boolean
}

/**
 * Takes messages from services to services, each at least once. Every subscriber of a topic gets every message.
 *
 * Disposing ends every `take` (each finishes the batch it is in), then closes. `publish` and `take` may be called in any
 * order and any number at a time; a message published before its subscriber ever came is kept for it.
 */
export interface Queue extends AsyncDisposable {
  /**
   * Resolves when the message is kept durably in the queue of every subscriber of `topic`. Many may be in flight; those
   * of one caller keep their order as long as none of them rejects.
   *
   * @throws QUEUE_UNAVAILABLE when the broker cannot take it now, or has not confirmed it within 30 seconds.
   * @throws QUEUE_UNROUTABLE when the broker had no queue for it.
   *   After either (and after an abort) the message may be in some queues or none: keep it and publish it again.
   */
  publish(topic: Topic, message: OutgoingMessage, options: { readonly signal: AbortSignal }): Promise<void>

  /**
   * Gives what has arrived for `subscriber` to `onBatch`, 1 to `maxBatch` messages (default 32) in their order, one batch
   * at a time, until `signal` aborts. Several that take for one subscriber share its messages.
   *
   * When `onBatch` resolves, its messages are acknowledged: gone. When it rejects, they all come again after a back-off.
   * What was not acknowledged when the connection, the process or the broker ended comes again. Lost connections are
   * made again without end.
   *
   * Resolves once aborted; a batch that is being taken is finished (and acknowledged) first.
   *
   * @throws QUEUE_SUBSCRIBER_UNKNOWN when `topic` does not name `subscriber`.
   */
  take(topic: Topic, subscriber: string, onBatch: OnBatch, options: TakeOptions): Promise<void>

  /** `'ready'`, or why it is not, in words for /readyz. */
  readiness(): 'ready' | (string & {})
}

/** Takes one batch: resolves when its messages may be forgotten. */
export type OnBatch = (messages: readonly IncomingMessage[]) => Promise<void>

/** How to take; see `Queue.take`. */
export interface TakeOptions {
  readonly signal: AbortSignal
  /** How many messages a batch holds at most. A whole number from 1; 32 when absent. */
  readonly maxBatch?: number
}

/** How many messages a batch holds at most when nobody says. */
export const defaultMaxBatch = 32

/** What an operator may want to read in the log. */
export type QueueEvent =
  | { readonly type: 'link-up'; readonly link: string }
  | { readonly type: 'link-down'; readonly link: string; readonly cause: unknown }
  | { readonly type: 'batch-rejected'; readonly link: string; readonly cause: unknown }

/** What a queue needs from its surroundings. */
export interface QueueOptions {
  /** Back-off, deadlines and probes wait by it. */
  readonly clock: QueueClock
  /** Draws in [0, 1) for the jitter; `Math.random` when absent. */
  readonly random?: () => number
  /** Hears of connections and of rejected batches; must not throw. */
  readonly onEvent?: (event: QueueEvent) => void
}

/** `QueueOptions` with nothing left open: what adapters are given. */
export type QueueDeps = Required<QueueOptions>
