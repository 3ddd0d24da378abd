import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { ByteSource } from '@narwhal/host'
import {
  type BlobReference,
  downloadBlob,
  findCache,
  type Offer,
  readSecrets,
  saveCache,
  uploadBlob,
} from '@narwhal/protocol'
import type { Rig } from './open-dispatcher.ts'

export type Scope = 'branch' | 'repository'

/** The SHA-256 and length of a text. */
export function referenceOf(text: string): BlobReference {
  return { sha256: createHash('sha256').update(text).digest('hex'), bytes: Buffer.byteLength(text) }
}

/** What a runner asks of the dispatcher for the attempt of an offer. */
export function runnerSide({ client, url }: Rig, { attemptId, token }: Pick<Offer, 'attemptId' | 'token'>) {
  const at = { baseUrl: url, token }
  const params = { attemptId }
  const upload = (text: string, sent: ByteSource = Buffer.from(text)) =>
    client.upload(uploadBlob, { ...at, params: { attemptId, sha256: referenceOf(text).sha256 }, source: sent })
  const save = (key: string, text: string, scope: Scope) =>
    client.call(saveCache, { ...at, params, body: { key, scope, blob: referenceOf(text) } })
  return {
    upload,
    download: async (text: string) => {
      const { sha256 } = referenceOf(text)
      return (await buffer(await client.download(downloadBlob, { ...at, params: { attemptId, sha256 } }))).toString()
    },
    find: async (key: string, scope: Scope = 'branch') =>
      (await client.call(findCache, { ...at, params, body: { key, scope } })).found,
    /** Makes an entry of bytes that may not be there. */
    save,
    /** Uploads a text, and makes a cache entry of it: whether it was saved. */
    cache: async (key: string, text: string, scope: Scope = 'branch') => {
      await upload(text)
      return (await save(key, text, scope)).saved
    },
    secrets: async () => (await client.call(readSecrets, { ...at, params })).secrets,
  }
}
