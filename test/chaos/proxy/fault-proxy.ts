import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { problem } from '@narwhal/protocol'
import type { Weather } from '../plan/plan-faults.ts'
import { openLink, type Link } from './link.ts'

/** A TCP proxy on loopback that can be told to misbehave. What passes it is neither read nor changed. */
export interface FaultProxy extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** Connections that are open now. */
  connections(): number
  /** From now on, for the connections that are open and for new ones. */
  begin(weather: Weather): void
  /** All is well again. Whoever was held half open is reset: the world went on without it. */
  end(): void
}

/** Forwards to a port of loopback; that may change when the program behind it does. */
export async function openFaultProxy(name: string, targetPort: number): Promise<FaultProxy> {
  const links = new Set<Link>()
  let weather: Weather | undefined
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (weather?.kind === 'refuse') return void near.resetAndDestroy()
    const link = openLink(near, connectTo(targetPort), () => weather)
    links.add(link)
    link.closed.then(
      () => links.delete(link),
      () => undefined, // it closes, whatever happens
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw problem('INTERNAL', 'A TCP socket without a port.')
  const resetAll = () => [...links].forEach((link) => link.reset())
  return {
    name,
    port: address.port,
    connections: () => links.size,
    begin(begun) {
      weather = begun
      if (begun.kind === 'reset' || begun.kind === 'refuse') resetAll()
      else for (const link of links) link.changed()
    },
    end() {
      const was = weather
      weather = undefined
      if (was?.kind === 'half-open') resetAll()
      else for (const link of links) link.changed()
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      resetAll()
      await closed
    },
  }
}

function connectTo(port: number): Socket {
  return connect({ port, host: '127.0.0.1', allowHalfOpen: true })
}
