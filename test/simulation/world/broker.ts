import { problem, type Topic } from '@narwhal/protocol'
import type { OutgoingMessage, Queue } from '@narwhal/queue'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'
import { Consumers } from './consumers.ts'
import { Shelves } from './shelves.ts'

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

export function openBroker(world: World): Broker {
  const { timeline, decisions, trace } = world
  const shelves = new Shelves(world)
  let downUntil = 0
  const isDown = () => downUntil > timeline.nowMs && !decisions.isCalm
  const consumers = new Consumers({
    world,
    shelves,
    isDown,
    onForgotten: (queue, one) => broker.onForgotten(queue, one),
  })

  function put(topic: Topic, message: OutgoingMessage): void {
    for (const subscriber of topic.subscribers) {
      const queue = `${topic.name}/${subscriber}`
      shelves.put(queue, message)
      consumers.wake(queue)
    }
  }

  const broker: Broker = {
    queueOf: (life) => ({
      publish: (topic, message, { signal }) => publish({ world, life, isDown, put }, topic, { message, signal }),
      take: (topic, subscriber, onBatch, options) => consumers.take(life, { topic, subscriber, onBatch, ...options }),
      readiness: () => 'ready',
      [Symbol.asyncDispose]: async () => undefined,
    }),
    put,
    restart() {
      decisions.count('broker-restart')
      trace.say('broker', 'restarts')
      consumers.cutAll()
    },
    outage(ms) {
      decisions.count('broker-down')
      trace.say('broker', `is down for ${Math.round(ms)} ms`)
      downUntil = timeline.nowMs + ms
      consumers.cutAll()
    },
    get depth() {
      return shelves.depth
    },
    onForgotten: () => undefined,
    seen: shelves.seen,
  }
  return broker
}

interface Publishing {
  readonly world: World
  readonly life: Life
  readonly isDown: () => boolean
  readonly put: (topic: Topic, message: OutgoingMessage) => void
}

/** Between a publish and its confirm: nothing arrives, it arrives and nobody hears so, or all is well. */
function publish(
  { world, life, isDown, put }: Publishing,
  topic: Topic,
  { message, signal }: { readonly message: OutgoingMessage; readonly signal: AbortSignal },
): Promise<void> {
  if (!life.passes()) return never
  const { timeline, chance, decisions } = world
  const where = `${life.machine.name} ${topic.name}`
  const latency = () => 0.2 + chance.draw('broker') * 2
  const patienceMs = () => chance.between('no confirm', 5, 3_000)
  return new Promise((resolve, reject) => {
    const refuse = () => reject(problem('QUEUE_UNAVAILABLE', `message ${message.id} was not confirmed`))
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (isDown() || decisions.happens('publish-lost', where)) return void life.later(patienceMs(), refuse)
    if (decisions.happens('unroutable', where)) {
      return void life.later(latency(), () => reject(problem('QUEUE_UNROUTABLE', 'no queue')))
    }
    timeline.after(latency(), () => {
      put(topic, message)
      if (!life.passes()) return
      if (decisions.happens('confirm-lost', where)) life.later(patienceMs(), refuse)
      else life.later(latency(), resolve)
    })
  })
}
