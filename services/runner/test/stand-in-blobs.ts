import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type HttpServer, serveDownload, serveRoute, serveUpload } from '@narwhal/host'
import {
  type BlobReference,
  downloadBlob,
  findCache,
  problem,
  type ProblemError,
  saveCache,
  uploadBlob,
} from '@narwhal/protocol'

/** What runners brought. */
export interface KeptBlobs {
  readonly blobs: Map<string, Buffer>
  /** By `scope key`. */
  readonly caches: Map<string, BlobReference>
  /** What uploads are answered with instead. */
  refusal: ProblemError | undefined
}

/** Mounts the routes for artifacts and caches, which keep everything in memory. */
export function serveKeptBlobs(server: HttpServer): KeptBlobs {
  const kept: KeptBlobs = { blobs: new Map(), caches: new Map(), refusal: undefined }
  const tokens = {}
  serveUpload(server, uploadBlob, {
    tokens,
    maxBytes: 10 * 1024 * 1024,
    take: async ({ params, source }) => {
      const bytes = await buffer(Readable.from(source))
      if (kept.refusal !== undefined) throw kept.refusal
      kept.blobs.set(params.sha256, bytes)
    },
  })
  serveDownload(server, downloadBlob, {
    tokens,
    answer: async ({ params }) => {
      const bytes = kept.blobs.get(params.sha256)
      if (bytes === undefined) throw problem('BLOB_NOT_FOUND', 'no such blob')
      return { bytes: bytes.length, type: 'application/octet-stream', source: Readable.from([bytes]) }
    },
  })
  serveRoute(server, findCache, {
    tokens,
    answer: async ({ body }) => {
      const found = kept.caches.get(`${body.scope} ${body.key}`)
      return found === undefined ? {} : { found }
    },
  })
  serveRoute(server, saveCache, {
    tokens,
    answer: async ({ body }) => {
      kept.caches.set(`${body.scope} ${body.key}`, body.blob)
      return { saved: true }
    },
  })
  return kept
}
