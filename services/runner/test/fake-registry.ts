import { createHash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { RegistryLogin } from '../engine/engine.ts'

/** An image registry on loopback, which engines may ask without TLS. It has every image `present…`, without a file in it. */
export interface FakeRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`, to go before the name of an image. */
  readonly host: string
  /** How often the manifest of an image was asked for. */
  pulls(name: string): number
}

export interface FakeRegistryOptions {
  /** Who may come in; absent: everybody. */
  readonly login?: RegistryLogin
  /** Of its images. */
  readonly labels?: Readonly<Record<string, string>>
}

/** `missing` is answered 404, `broken` 500; the manifest of `slow` never comes. */
export async function openFakeRegistry({ login, labels = {} }: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const layer = gzipSync(Buffer.alloc(1024))
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: labels },
      rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.alloc(1024))] },
    }),
  )
  const manifest = Buffer.from(JSON.stringify(manifestOf(config, layer)))
  const blobs = new Map([config, layer, manifest].map((blob) => [digestOf(blob), blob]))
  const asked = new Map<string, number>()

  const answer = (path: string, response: ServerResponse) => {
    const [, name = '', kind, reference = ''] = /^\/v2\/([^/]+)\/(manifests|blobs)\/(.+)$/.exec(path) ?? []
    if (kind === 'manifests') asked.set(name, (asked.get(name) ?? 0) + 1)
    if (name === 'slow') return undefined
    if (path === '/v2/') return response.end('{}')
    if (name === 'broken') return response.writeHead(500).end()
    const blob = kind === 'manifests' ? manifest : blobs.get(reference)
    if (!name.startsWith('present') || blob === undefined) return response.writeHead(404).end(unknownManifest)
    response.writeHead(200, { 'content-type': kind === 'manifests' ? manifestType : 'application/octet-stream' })
    return response.end(blob)
  }
  const listening = createServer((request, response) => {
    if (isLetIn(request.headers.authorization, login)) return void answer(request.url ?? '/', response)
    response.writeHead(401, { 'www-authenticate': 'Basic realm="fake"' }).end(unauthorized)
  })
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const { port } = listening.address() as AddressInfo // it listens on TCP

  return {
    host: `127.0.0.1:${port}`,
    pulls: (name) => asked.get(name) ?? 0,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections()
      await new Promise((resolve) => listening.close(resolve))
    },
  }
}

const manifestType = 'application/vnd.docker.distribution.manifest.v2+json'
function isLetIn(header: string | undefined, login: RegistryLogin | undefined): boolean {
  if (login === undefined) return true
  return header === `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
}

const unauthorized = JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] })
const unknownManifest = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] })

function manifestOf(config: Buffer, layer: Buffer): unknown {
  const part = (mediaType: string, blob: Buffer) => ({ mediaType, size: blob.length, digest: digestOf(blob) })
  return {
    schemaVersion: 2,
    mediaType: manifestType,
    config: part('application/vnd.docker.container.image.v1+json', config),
    layers: [part('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
  }
}

function digestOf(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`
}
