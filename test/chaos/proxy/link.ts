import type { Socket } from 'node:net'
import type { Weather } from '../plan/plan-faults.ts'

/** One connection through a proxy. */
export interface Link {
  readonly closed: Promise<void>
  /** Both ends get an RST. */
  reset(): void
  /** The weather is another one. */
  changed(): void
}

/** Carries bytes between two sockets as the weather of each moment allows. */
export function openLink(near: Socket, far: Socket, weather: () => Weather | undefined): Link {
  const closed = Promise.withResolvers<void>()
  let carried = 0
  const reset = () => {
    near.resetAndDestroy()
    far.resetAndDestroy()
    closed.resolve()
  }
  const isHeld = () => weather()?.kind === 'half-open'
  const pass = (from: Socket, to: Socket, bytes: Buffer) => {
    const now = weather()
    carried += bytes.length
    if (now?.kind === 'cut' && carried > now.afterBytes) {
      to.write(bytes.subarray(0, Math.max(0, bytes.length - (carried - now.afterBytes))), reset)
      return
    }
    if (to.write(bytes)) return
    from.pause()
    to.once('drain', () => isHeld() || from.resume())
  }
  const carry = (from: Socket, to: Socket) => {
    const late: Late = { queue: Promise.resolve() }
    from.setNoDelay(true)
    from.on('data', (bytes: Buffer) => behind(late, weather(), () => pass(from, to, bytes)))
    from.on('end', () => behind(late, weather(), () => to.end()))
    from.on('error', reset)
    from.on('close', () => (to.destroyed ? closed.resolve() : undefined))
    if (isHeld()) from.pause()
  }
  carry(near, far)
  carry(far, near)
  return {
    closed: closed.promise,
    reset,
    changed() {
      carried = 0
      for (const socket of [near, far])
        if (isHeld()) socket.pause()
        else socket.resume()
    },
  }
}

interface Late {
  queue: Promise<void>
}

/** Behind everything that is late still, and later by the latency of now. */
function behind(late: Late, weather: Weather | undefined, go: () => void): void {
  const ms = weather?.kind === 'latency' ? weather.ms : 0
  const due = performance.now() + ms
  late.queue = late.queue.then(async () => {
    const leftMs = due - performance.now()
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
    go()
  })
}
