import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of `host` that nobody listens on at the moment. The services of one process must know it before they listen. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host)
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
