import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import type { Weather } from './plan/plan-faults.ts'
import { openFaultProxy } from './proxy/fault-proxy.ts'

let opened = new AsyncDisposableStack()

afterEach(async () => {
  await opened.disposeAsync()
  opened = new AsyncDisposableStack()
})

test('what is sent comes back whole, and an end is an end', async () => {
  const { client } = await through()
  const sent = Buffer.alloc(300_000, 'abc')

  client.end(sent)

  expect(Buffer.concat(await client.toArray()).equals(sent)).toBe(true)
})

test('a reset ends what is open, and new connections are fine', async () => {
  const { client, proxy, again } = await through()
  await echoed(client, 'a')

  proxy.begin({ kind: 'reset' })

  expect(await endOf(client)).toBe('ECONNRESET')
  expect(await echoed(await again(), 'b')).toBe('b')
})

test('while it is refused nobody gets through', async () => {
  const { proxy, again } = await through()

  proxy.begin({ kind: 'refuse' })
  const refused = await again().then(endOf, (error: NodeJS.ErrnoException) => error.code)
  expect(refused).toBe('ECONNRESET')

  proxy.end()
  expect(await echoed(await again(), 'b')).toBe('b')
})

test('half open, nothing comes and nothing is closed; then it is reset', async () => {
  const { client, proxy } = await through()
  await echoed(client, 'a')
  const heard: string[] = []
  client.on('data', (bytes: Buffer) => heard.push(bytes.toString()))

  proxy.begin({ kind: 'half-open' })
  client.write('lost')
  await new Promise(setImmediate)
  expect({ heard, isOpen: !client.destroyed, connections: proxy.connections() }).toEqual({
    heard: [],
    isOpen: true,
    connections: 1,
  })

  proxy.end()
  expect(await endOf(client)).toBe('ECONNRESET')
  expect(heard).toEqual([])
})

test('a connection is cut after so many bytes', async () => {
  const { client, proxy } = await through()
  proxy.begin({ kind: 'cut', afterBytes: 10 })

  client.write('0123456789abcdef')

  expect(await endOf(client)).toBe('ECONNRESET')
})

test('what is late comes in its order, also behind a change of the weather', async () => {
  const { client, proxy } = await through()
  const heard: string[] = []
  client.on('data', (bytes: Buffer) => heard.push(bytes.toString()))

  const weathers: readonly Weather[] = [
    { kind: 'latency', ms: 80 },
    { kind: 'latency', ms: 1 },
  ]
  for (const [place, weather] of weathers.entries()) {
    proxy.begin(weather)
    client.write(`${place}`)
    await new Promise(setImmediate)
  }
  proxy.end()
  client.write('2')

  await vi.waitFor(() => expect(heard.join('')).toBe('012'))
})

/** A client that reaches a program which sends everything back. */
async function through() {
  const server = createServer((socket) => void socket.pipe(socket).on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(() => void server.close())
  const { port } = server.address() as AddressInfo // of a TCP server that listens
  const proxy = opened.use(await openFaultProxy('echo', port))
  const again = async () => {
    const client = connect(proxy.port, '127.0.0.1')
    client.on('error', () => undefined)
    opened.defer(() => void client.destroy())
    await once(client, 'connect')
    return client
  }
  return { proxy, again, client: await again() }
}

async function echoed(client: Socket, text: string): Promise<string> {
  client.write(text)
  const [bytes] = await once(client, 'data')
  return String(bytes)
}

/** The code of the error with which a connection ends. */
async function endOf(client: Socket): Promise<string> {
  client.resume()
  if (client.errored === null) await new Promise((resolve) => client.once('close', resolve))
  return client.errored !== null && 'code' in client.errored ? String(client.errored.code) : 'no error'
}
