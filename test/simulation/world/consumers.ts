import { problem, type Topic } from '@narwhal/protocol'
import type { OnBatch, OutgoingMessage, TakeOptions } from '@narwhal/queue'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'
import type { Shelved, Shelves } from './shelves.ts'

// Whoever takes from a queue has one batch at a time. When his connection breaks, what he has goes to others while he still works
// on it, and what he acknowledges then counts no more.

export interface Taking extends TakeOptions {
  readonly topic: Topic
  readonly subscriber: string
  readonly onBatch: OnBatch
}

interface Consumer extends Taking {
  readonly life: Life
  readonly queue: string
  readonly finished: () => void
  /** A new one with each connection. */
  connection: number
  isBusy: boolean
  isConnected: boolean
}

export interface ConsumersDeps {
  readonly world: World
  readonly shelves: Shelves
  readonly isDown: () => boolean
  readonly onForgotten: (queue: string, message: OutgoingMessage) => void
}

const mostAtOnce = 32

export class Consumers {
  readonly #deps: ConsumersDeps
  readonly #all = new Set<Consumer>()

  constructor(deps: ConsumersDeps) {
    this.#deps = deps
  }

  /** See `Queue.take`. */
  take(life: Life, taking: Taking): Promise<void> {
    if (!life.passes()) return never
    const { topic, subscriber, signal } = taking
    if (!topic.subscribers.includes(subscriber)) {
      throw problem('QUEUE_SUBSCRIBER_UNKNOWN', `${topic.name} has no ${subscriber}`)
    }
    return new Promise((resolve) => {
      const state = { connection: 0, isBusy: false, isConnected: false }
      const consumer: Consumer = { ...taking, life, queue: `${topic.name}/${subscriber}`, finished: resolve, ...state }
      this.#all.add(consumer)
      signal.addEventListener('abort', () => this.#endIfAborted(consumer), { once: true })
      life.whenOver(() => this.#after('notice', [1, 300], () => this.#cut(consumer)))
      life.later(this.#latency(), () => this.#connect(consumer))
    })
  }

  /** There is something new in a queue. */
  wake(queue: string): void {
    for (const consumer of this.#all) if (consumer.queue === queue) this.#deliver(consumer)
  }

  /** The broker is gone for a moment: nobody has a connection any more. */
  cutAll(): void {
    for (const consumer of this.#all) this.#cut(consumer)
  }

  #latency(): number {
    return 0.2 + this.#deps.world.chance.draw('broker') * 2
  }

  #after(stream: string, [low, high]: readonly [number, number], what: () => void): void {
    const { chance, timeline } = this.#deps.world
    timeline.after(chance.between(stream, low, high), what)
  }

  #deliver(consumer: Consumer): void {
    const { shelves, isDown, world } = this.#deps
    const { queue, maxBatch = mostAtOnce, life, signal, connection } = consumer
    if (consumer.isBusy || !consumer.isConnected || signal.aborted || life.isOver || isDown()) return
    const batch = shelves.give(queue, world.chance.whole(`batch ${queue}`, 1, maxBatch), consumer)
    if (batch.length === 0) return
    consumer.isBusy = true
    const given = batch.map(({ id, body, redelivered }) => ({ id, body, redelivered }))
    life.later(this.#latency(), () => {
      if (connection !== consumer.connection) return this.#goOn(consumer)
      if (world.decisions.happens('consumer-cut', life.machine.name))
        this.#after('cut', [0, 20], () => this.#cut(consumer))
      consumer.onBatch(given).then(
        () => this.#taken(consumer, batch, connection),
        () => this.#refused(consumer, connection),
      )
    })
  }

  #taken(consumer: Consumer, batch: readonly Shelved[], connection: number): void {
    if (!consumer.life.passes()) return
    const { shelves, isDown, world, onForgotten } = this.#deps
    world.timeline.after(this.#latency(), () => {
      if (connection === consumer.connection && !isDown()) {
        shelves.forget(consumer.queue, batch)
        for (const message of batch) onForgotten(consumer.queue, message)
        world.trace.say('broker', `forgets ${batch.length} of ${consumer.queue}`, 'detail')
      }
      this.#goOn(consumer)
    })
  }

  #refused(consumer: Consumer, connection: number): void {
    if (!consumer.life.passes()) return
    if (connection === consumer.connection) this.#deps.shelves.giveBack(consumer.queue, consumer)
    const waitMs = this.#deps.world.chance.between('take again', 0, 500)
    consumer.life.later(waitMs, () => this.#goOn(consumer))
  }

  #goOn(consumer: Consumer): void {
    consumer.isBusy = false
    this.#endIfAborted(consumer)
    this.#deliver(consumer)
  }

  #endIfAborted(consumer: Consumer): void {
    if (!consumer.signal.aborted || consumer.isBusy || !this.#all.delete(consumer)) return
    consumer.finished()
  }

  /** The connection of a consumer is gone: what it had is given again, and it comes back. */
  #cut(consumer: Consumer): void {
    const { shelves, world } = this.#deps
    consumer.connection++
    consumer.isConnected = false
    shelves.giveBack(consumer.queue, consumer)
    this.wake(consumer.queue)
    if (consumer.life.isOver) return void this.#all.delete(consumer)
    consumer.life.later(world.chance.between('connect again', 10, 400), () => this.#connect(consumer))
  }

  #connect(consumer: Consumer): void {
    const { world, isDown } = this.#deps
    if (isDown()) {
      return void consumer.life.later(world.chance.between('still down', 100, 600), () => this.#connect(consumer))
    }
    consumer.isConnected = true
    this.#deliver(consumer)
  }
}
