import { once } from 'node:events'
import { createServer } from 'node:net'
import { problem } from '@narwhal/protocol'

/** A loopback TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const address = socket.address()
  socket.close()
  await once(socket, 'close')
  if (address === null || typeof address === 'string') throw problem('INTERNAL', 'A TCP socket without a port.')
  return address.port
}
