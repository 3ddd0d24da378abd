import { problem, type Topic } from '@narwhal/protocol'
import type { IncomingMessage, OnBatch, OutgoingMessage, Queue, TakeOptions } from '@narwhal/queue'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'

// At least once: a message that was confirmed stays until somebody acknowledged it. Between that anything may happen.

/** The broker, which is no machine of ours: it has its own disk and its own outages. */
export interface Broker {
  /** The port of one life. */
  queueOf(life: Life): Queue
  /** Puts a message there that no machine of ours published. */
  put(topic: Topic, message: OutgoingMessage): void
  restart(): void
  outage(ms: number): void
  /** Messages in all queues. */
  readonly depth: number
  /** Told of each message that was acknowledged, and so is gone. */
  onForgotten: (queue: string, message: OutgoingMessage) => void
  /** Ids that were ever in a queue. */
  readonly seen: ReadonlySet<string>
}

interface Shelved extends OutgoingMessage {
  readonly position: number
  redelivered: boolean
  /** The consumer that has it. */
  with: Consumer | undefined
}

interface Consumer {
  readonly life: Life
  readonly queue: string
  readonly maxBatch: number
  readonly onBatch: OnBatch
  readonly finished: () => void
  readonly signal: AbortSignal
  /** A new one with each connection. */
  connection: number
  isBusy: boolean
  isConnected: boolean
}

export function openBroker(world: World): Broker {
  const { timeline, chance, decisions, trace } = world
  const queues = new Map<string, Shelved[]>()
  const consumers = new Set<Consumer>()
  const seen = new Set<string>()
  let position = 0
  let downUntil = 0
  const isDown = () => downUntil > timeline.nowMs && !decisions.isCalm
  const latency = () => 0.2 + chance.draw('broker') * 2

  function put(topic: Topic, { id, body }: OutgoingMessage): void {
    for (const subscriber of topic.subscribers) {
      const queue = queueOf(`${topic.name}/${subscriber}`)
      const copies = decisions.happens('message-doubled', queue.name) ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        const late = queue.messages.length > 0 && decisions.happens('message-late', queue.name)
        const message: Shelved = { id, body, position: position++, redelivered: false, with: undefined }
        if (late) queue.messages.unshift(message)
        else queue.messages.push(message)
      }
      seen.add(id)
      for (const consumer of consumers) if (consumer.queue === queue.name) deliver(consumer)
    }
  }

  function queueOf(name: string): { readonly name: string; readonly messages: Shelved[] } {
    const messages = queues.get(name) ?? []
    queues.set(name, messages)
    return { name, messages }
  }

  function deliver(consumer: Consumer): void {
    if (consumer.isBusy || !consumer.isConnected || consumer.signal.aborted || consumer.life.isOver || isDown()) return
    const { messages } = queueOf(consumer.queue)
    const most = chance.whole(`batch ${consumer.queue}`, 1, consumer.maxBatch)
    const batch = messages.filter((message) => message.with === undefined).slice(0, most)
    if (batch.length === 0) return
    for (const message of batch) message.with = consumer
    consumer.isBusy = true
    const { connection } = consumer
    const given = batch.map(({ id, body, redelivered }): IncomingMessage => ({ id, body, redelivered }))
    consumer.life.later(latency(), () => {
      if (connection !== consumer.connection) return void (consumer.isBusy = false)
      if (decisions.happens('consumer-cut', consumer.life.machine.name))
        timeline.after(chance.between('cut', 0, 20), () => cut(consumer))
      consumer.onBatch(given).then(
        () => taken(consumer, { batch, connection }),
        () => refused(consumer, { batch, connection }),
      )
    })
  }

  function taken(consumer: Consumer, { batch, connection }: { batch: readonly Shelved[]; connection: number }): void {
    if (!consumer.life.passes()) return
    timeline.after(latency(), () => {
      consumer.isBusy = false
      if (connection === consumer.connection && !isDown()) {
        const { messages } = queueOf(consumer.queue)
        for (const message of batch) {
          messages.splice(messages.indexOf(message), 1)
          broker.onForgotten(consumer.queue, message)
        }
        trace.say('broker', `forgets ${batch.length} of ${consumer.queue}`, 'detail')
      }
      endIfAborted(consumer)
      deliver(consumer)
    })
  }

  function refused(consumer: Consumer, { batch, connection }: { batch: readonly Shelved[]; connection: number }): void {
    if (!consumer.life.passes()) return
    if (connection === consumer.connection) giveBack(batch)
    consumer.life.later(chance.between('take again', 0, 500), () => {
      consumer.isBusy = false
      endIfAborted(consumer)
      deliver(consumer)
    })
  }

  function giveBack(batch: readonly Shelved[]): void {
    for (const message of batch) {
      message.with = undefined
      message.redelivered = true
    }
  }

  function endIfAborted(consumer: Consumer): void {
    if (!consumer.signal.aborted || consumer.isBusy || !consumers.delete(consumer)) return
    consumer.finished()
  }

  /** The connection of a consumer is gone: what it had is given again, and it comes back. */
  function cut(consumer: Consumer): void {
    consumer.connection++
    consumer.isConnected = false
    for (const { messages } of [queueOf(consumer.queue)])
      giveBack(messages.filter((message) => message.with === consumer))
    for (const other of consumers) if (other !== consumer && other.queue === consumer.queue) deliver(other)
    if (consumer.life.isOver) return void consumers.delete(consumer)
    consumer.life.later(chance.between('connect again', 10, 400), () => connect(consumer))
  }

  function connect(consumer: Consumer): void {
    if (isDown()) return void consumer.life.later(chance.between('connect again', 100, 600), () => connect(consumer))
    consumer.isConnected = true
    deliver(consumer)
  }

  function take(
    life: Life,
    { topic, subscriber, onBatch }: Taking,
    { signal, maxBatch = 32 }: TakeOptions,
  ): Promise<void> {
    if (!life.passes()) return never
    const isKnown = topic.subscribers.includes(subscriber)
    if (!isKnown) throw problem('QUEUE_SUBSCRIBER_UNKNOWN', `${topic.name} has no ${subscriber}`)
    return new Promise((resolve) => {
      const queue = `${topic.name}/${subscriber}`
      const state = { connection: 0, isBusy: false, isConnected: false }
      const consumer: Consumer = { life, queue, maxBatch, onBatch, finished: resolve, signal, ...state }
      consumers.add(consumer)
      signal.addEventListener('abort', () => endIfAborted(consumer), { once: true })
      life.whenOver(() => timeline.after(chance.between('notice', 1, 300), () => cut(consumer)))
      life.later(latency(), () => connect(consumer))
    })
  }

  function publish(life: Life, topic: Topic, message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    if (!life.passes()) return never
    const unavailable = () => problem('QUEUE_UNAVAILABLE', `message ${message.id} was not confirmed`)
    const where = `${life.machine.name} ${topic.name}`
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (isDown() || decisions.happens('publish-lost', where)) {
        return void life.later(chance.between('no confirm', 5, 3_000), () => reject(unavailable()))
      }
      if (decisions.happens('unroutable', where)) {
        return void life.later(latency(), () => reject(problem('QUEUE_UNROUTABLE', 'no queue')))
      }
      timeline.after(latency(), () => {
        put(topic, message)
        if (!life.passes()) return
        if (decisions.happens('confirm-lost', where))
          return void life.later(chance.between('no confirm', 5, 3_000), () => reject(unavailable()))
        life.later(latency(), resolve)
      })
    })
  }

  const broker: Broker = {
    queueOf: (life) => ({
      publish: (topic, message, { signal }) => publish(life, topic, message, signal),
      take: (topic, subscriber, onBatch, options) => take(life, { topic, subscriber, onBatch }, options),
      readiness: () => 'ready',
      [Symbol.asyncDispose]: async () => undefined,
    }),
    put,
    restart() {
      decisions.count('broker-restart')
      trace.say('broker', 'restarts')
      for (const consumer of consumers) cut(consumer)
    },
    outage(ms) {
      decisions.count('broker-down')
      trace.say('broker', `is down for ${Math.round(ms)} ms`)
      downUntil = timeline.nowMs + ms
      for (const consumer of consumers) cut(consumer)
    },
    get depth() {
      return [...queues.values()].reduce((sum, messages) => sum + messages.length, 0)
    },
    onForgotten: () => undefined,
    seen,
  }
  return broker
}

interface Taking {
  readonly topic: Topic
  readonly subscriber: string
  readonly onBatch: OnBatch
}
