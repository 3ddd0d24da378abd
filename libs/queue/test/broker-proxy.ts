import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands between a queue and its broker, and breaks what is between them. */
export interface BrokerProxy extends AsyncDisposable {
  /** As the queue should call the broker. */
  readonly url: string
  /** How many connections were ever made. */
  count(): number
  /** Ends all connections, at once. */
  cut(): void
  /** From now on nothing of the present connections gets through, in either direction; nobody is told. */
  freeze(): void
  /** Whether new connections are let through; else they are ended at once. */
  admit(admits: boolean): void
  /** Writes bytes to the queue as if the broker had. */
  sayAsBroker(bytes: Uint8Array): void
}

export async function startBrokerProxy(brokerUrl: string, { port = 0 } = {}): Promise<BrokerProxy> {
  const broker = new URL(brokerUrl)
  const pairs = new Set<readonly [Socket, Socket]>()
  let admits = true
  let count = 0

  const listening = createServer((near) => {
    near.on('error', () => {})
    if (!admits) return void near.destroy()
    count += 1
    const far = connect(Number(broker.port || 5672), broker.hostname)
    far.on('error', () => {})
    const pair = [near, far] as const
    pairs.add(pair)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => {
      near.destroy()
      pairs.delete(pair)
    })
  }).listen(port, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  const own = new URL(brokerUrl)
  own.port = String(typeof address === 'object' ? address?.port : '')
  own.hostname = '127.0.0.1'

  const cut = () => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy()
  }
  return {
    url: own.href,
    count: () => count,
    cut,
    freeze() {
      for (const [near, far] of pairs) {
        near.unpipe(far).resume() // what comes is dropped
        far.unpipe(near).resume()
      }
    },
    admit(admitsNow) {
      admits = admitsNow
    },
    sayAsBroker(bytes) {
      for (const [near] of pairs) near.write(bytes)
    },
    async [Symbol.asyncDispose]() {
      listening.close()
      cut()
      await once(listening, 'close')
    },
  }
}
