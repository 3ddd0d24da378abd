import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { RegistryLogin } from '../engine/engine.ts'

/** An image registry on loopback that takes what is pushed to it, in memory. */
export interface PushRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`, to go before the name of an image. */
  readonly host: string
  /** `name:tag` of every image that was pushed. */
  readonly pushed: ReadonlySet<string>
}

/** @param login who may come in. */
export async function openPushRegistry({ username, password }: RegistryLogin): Promise<PushRegistry> {
  const letIn = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const kept = new Map<string, Buffer>()
  const pushed = new Set<string>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry')
    const [, name = '', kind = '', reference = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests)\/(.*)$/.exec(pathname) ?? []
    const body = await buffer(request)
    if (request.headers.authorization !== letIn)
      return response.writeHead(401, { 'www-authenticate': 'Basic realm="push"' }).end()
    if (pathname === '/v2/') return response.end('{}')
    if (kind === 'blobs/uploads') {
      const upload = reference || randomUUID()
      kept.set(upload, Buffer.concat([kept.get(upload) ?? Buffer.alloc(0), body]))
      const digest = searchParams.get('digest')
      if (digest !== null) kept.set(digest, kept.get(upload) ?? body)
      const location = `/v2/${name}/blobs/uploads/${upload}`
      const range = `0-${(kept.get(upload) ?? body).length - 1}`
      return response.writeHead(digest === null ? 202 : 201, { location, range }).end()
    }
    if (request.method === 'PUT') {
      pushed.add(`${name}:${reference}`)
      for (const key of [`${name}:${reference}`, digestOf(body)]) kept.set(key, body)
      return response.writeHead(201, { 'docker-content-digest': digestOf(body) }).end()
    }
    const found = kept.get(reference) ?? kept.get(`${name}:${reference}`)
    if (found === undefined) return response.writeHead(404).end('{}')
    const type =
      kind === 'manifests' ? 'application/vnd.docker.distribution.manifest.v2+json' : 'application/octet-stream'
    response.writeHead(200, {
      'content-type': type,
      'content-length': found.length,
      'docker-content-digest': digestOf(found),
    })
    return response.end(request.method === 'HEAD' ? undefined : found)
  }
  const listening = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo // it listens on TCP

  return {
    host: `127.0.0.1:${port}`,
    pushed,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections()
      await new Promise((resolve) => listening.close(resolve))
    },
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
