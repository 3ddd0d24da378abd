import { problem } from '@narwhal/protocol'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import type { QueueClock } from '../clock.ts'
import { within } from './within.ts'

/** One connection with one channel. Whatever part of it ends first, the session is over as a whole: open another. */
export interface Session<C extends Channel> extends AsyncDisposable {
  readonly channel: C
  /** Aborted, with the cause, once the session is over. */
  readonly over: AbortSignal
  /** Makes it over: what was asked of the broker is doubtful. */
  end(cause: unknown): void
  /** The broker's words while it takes no messages on this connection, for lack of memory or disk. */
  blocked(): string | undefined
}

/** How a session is set up. */
export interface SessionPlan<C extends Channel> {
  readonly createChannel: (connection: ChannelModel) => Promise<C>
  /** What must be declared before the session is of use. */
  readonly prepare: (channel: C) => Promise<void>
}

const connectWithinMs = 5_000
const prepareWithinMs = 30_000
const closeWithinMs = 2_000

/**
 * Opens a session. Disposing closes it in order, or after 2 s without.
 *
 * 1. Errors of the connection and of the channel always have somebody who hears them: unheard ones end the process.
 * 2. The channel is closed before the connection: the closing of a connection overtakes acknowledgements on their way.
 * 3. In the end the socket is destroyed, whether or not the broker answered.
 */
export async function openSession<C extends Channel>(
  url: string,
  { createChannel, prepare }: SessionPlan<C>,
  { clock, signal }: { readonly clock: QueueClock; readonly signal: AbortSignal },
): Promise<Session<C>> {
  signal.throwIfAborted()
  await using undo = new AsyncDisposableStack()
  const socket = new AbortController()
  undo.defer(() => socket.abort()) // 3
  const limits = { clock, signal, late: () => problem('QUEUE_UNAVAILABLE', 'The broker did not answer.') }
  const over = new AbortController()

  const connecting = connect(withHeartbeat(url), {
    noDelay: true,
    timeout: connectWithinMs,
    ...{ signal: socket.signal },
  })
  const watching = connecting.then((connection) => watchConnection(connection, over))
  const { connection, closed, blocked } = await within(watching, { ...limits, ms: 2 * connectWithinMs })
  const channel = await within(createChannel(connection), { ...limits, ms: prepareWithinMs })
  channel.on('error', (cause) => over.abort(cause)) // 1
  channel.on('close', () => over.abort(problem('QUEUE_UNAVAILABLE', 'The channel was closed.')))
  await within(prepare(channel), { ...limits, ms: prepareWithinMs })

  const opened = undo.move()
  opened.defer(async () => {
    const closing = Promise.race([closed, closeInOrder(channel, connection)])
    await within(closing, { ...limits, signal: neverAborted, ms: closeWithinMs }).catch(() => {}) // 3 ends it
  })
  return {
    channel,
    over: over.signal,
    end: (cause) => over.abort(cause),
    blocked,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function watchConnection(connection: ChannelModel, over: AbortController) {
  const closed = Promise.withResolvers<void>()
  let reason: string | undefined
  connection.on('error', (cause) => over.abort(cause)) // 1
  connection.on('close', (cause) => {
    over.abort(cause ?? problem('QUEUE_UNAVAILABLE', 'The connection was closed.'))
    closed.resolve()
  })
  connection.on('blocked', (words) => {
    reason = words
  })
  connection.on('unblocked', () => {
    reason = undefined
  })
  return { connection, closed: closed.promise, blocked: () => reason }
}

const neverAborted = new AbortController().signal

async function closeInOrder(channel: Channel, connection: ChannelModel): Promise<void> {
  await channel.close().catch(() => {}) // 2; closed already
  await connection.close().catch(() => {}) // closed already
}

/** A dead broker is noticed within two heartbeats. RabbitMQ's own suggestion, a minute, is long for a CI. */
function withHeartbeat(url: string): string {
  const address = new URL(url)
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', '10')
  return address.href
}
