import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'

/** What came of bytes that somebody sent: the status of an answer, or nothing but an end of the connection. */
export type RawEnd = number | 'closed'

const waitsMs = 30_000

/** Sends bytes to a port as they are and waits for the first line of an answer, or for the end of the connection. */
export async function sendRaw(url: string, parts: Iterable<string | Uint8Array>): Promise<RawEnd> {
  const socket = await openConnection(url)
  let isSilent = false
  socket.setTimeout(waitsMs, () => {
    isSilent = true
    socket.destroy()
  })
  const bytes = Readable.from(parts)
  try {
    bytes.pipe(socket, { end: false }) // whoever answers early reads no more
    const line = await firstLine(socket)
    if (isSilent) throw new RangeError(`${url} neither answers nor closes`)
    const status = /^HTTP\/1\.1 (\d{3})/.exec(line)?.[1]
    return status === undefined ? 'closed' : Number(status)
  } finally {
    bytes.destroy()
    socket.destroy()
  }
}

/** Many connections that say `bytes`, and then nothing. Disposing closes them. */
export async function openSilent(url: string, count: number, bytes = ''): Promise<AsyncDisposable> {
  const sockets = await Promise.all(Array.from({ length: count }, () => openConnection(url)))
  if (bytes !== '') for (const socket of sockets) socket.write(bytes)
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // told by its end
  await once(socket, 'connect')
  return socket
}

function firstLine(socket: Socket): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    socket.on('close', () => resolve(text))
    socket.on('end', () => resolve(text))
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (text.includes('\n')) resolve(text)
    })
  })
}
