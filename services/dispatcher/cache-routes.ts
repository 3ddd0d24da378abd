import type { Blobs } from '@narwhal/blobs'
import { type HttpServer, serveRoute } from '@narwhal/host'
import { type BlobReference, findCache, problem, saveCache } from '@narwhal/protocol'
import type { CachePlace, CacheRecord } from '@narwhal/store'
import { readScopes, type WantedScope, writeScope } from './cache-scopes.ts'
import type { Change, Changes } from './changes.ts'
import { heldAttempt } from './held-attempt.ts'

export interface CacheRoutesDeps {
  readonly changes: Changes
  readonly blobs: Blobs
}

/** How much a repository may keep in caches, its trusted and its untrusted commits each, in bytes. */
const limitBytes = 5 * 1024 ** 3

/** Caches of a repository: find an entry, make one. */
export function serveCacheRoutes(server: HttpServer, deps: CacheRoutesDeps): void {
  const { changes } = deps
  serveRoute(server, findCache, {
    tokens: {},
    answer: async ({ params, token, body }) => {
      const found = await findWhole(deps, { ...params, token, ...body })
      return found === undefined ? {} : { found }
    },
  })
  serveRoute(server, saveCache, {
    tokens: {},
    answer: async ({ params, token, body }) => ({
      saved: await changes.change((change) => saveEntry(change, { ...params, token, ...body })),
    }),
  })
}

interface CacheCall {
  readonly attemptId: string
  readonly token: string
  readonly key: string
  readonly scope: WantedScope
}

/** The nearest entry whose bytes are there; one whose bytes are gone makes room for another. */
async function findWhole({ changes, blobs }: CacheRoutesDeps, call: CacheCall): Promise<BlobReference | undefined> {
  for (;;) {
    const near = await changes.change((change) => findEntry(change, call))
    if (near === undefined) return undefined
    const { entry, blobKey } = near
    const { sha256, bytes } = entry
    if (blobKey !== undefined && (await blobs.stat(blobKey)) !== undefined) return { sha256, bytes }
    await changes.change(async ({ tables }) => {
      await tables.caches.remove(entry)
      if (blobKey !== undefined) await tables.blobs.remove(blobKey)
    })
  }
}

interface NearEntry {
  readonly entry: CacheRecord
  readonly blobKey: string | undefined
}

async function findEntry({ tables, now }: Change, call: CacheCall): Promise<NearEntry | undefined> {
  const { job, commit } = await heldAttempt(tables, call.attemptId, call.token)
  const { repository } = job
  for (const scope of readScopes(commit, call.scope)) {
    const place: CachePlace = { repository, ...scope, key: call.key }
    const entry = await tables.caches.find(place)
    if (entry === undefined) continue
    await tables.caches.use(place, now)
    return { entry, blobKey: (await tables.blobs.find(entry, entry.sha256))?.key }
  }
  return undefined
}

/** false when there is an entry of this key already: it stays as it is. */
async function saveEntry(
  { tables, now }: Change,
  { attemptId, token, key, scope, blob }: CacheCall & { readonly blob: BlobReference },
): Promise<boolean> {
  const { job, commit } = await heldAttempt(tables, attemptId, token)
  const uploaded = await tables.blobs.find(job, blob.sha256)
  if (uploaded?.bytes !== blob.bytes) throw problem('BLOB_NOT_FOUND', `${blob.sha256} was not uploaded`)
  const place: CachePlace = { repository: job.repository, ...writeScope(commit, scope), key }
  const isNew = await tables.caches.insert({ ...place, ...blob, createdAt: now, usedAt: now })
  if (isNew) await tables.caches.shrink(place, limitBytes)
  return isNew
}
