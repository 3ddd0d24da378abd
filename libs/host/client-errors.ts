import type { Socket } from 'node:net'
import type { ConnectionError } from 'fastify'

const admitted = new WeakSet<Socket>()

/** Lets the body of a request take longer than the server's limit for requests, until disposed. */
export function admitLongBody(socket: Socket): Disposable {
  admitted.add(socket)
  return { [Symbol.dispose]: () => void admitted.delete(socket) }
}

/** Ends a connection whose request cannot be read or takes too long, with an answer where one can be heard. */
export function endBrokenRequest(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const isLate = String(error.code) === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (isLate && admitted.has(socket)) return
  const status = isLate
    ? '408 Request Timeout'
    : error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : '400 Bad Request'
  if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  socket.destroy(error)
}
