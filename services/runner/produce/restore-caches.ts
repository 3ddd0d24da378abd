import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MirrorCommit, TreeFile } from '@narwhal/git'
import type { CacheDefinition, JobDefinition } from '@narwhal/pipeline'
import { type BlobReference, findCache } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { unpackPaths } from './cache-archive.ts'
import { type CacheKeyParts, cacheKey } from './cache-key.ts'
import { maxCacheTarBytes } from './cache-limits.ts'
import { cacheNote } from './cache-note.ts'
import { fileBytes } from './file-bytes.ts'
import type { ProduceWork } from './produce-work.ts'
import type { MissedCache, RestoredCaches } from './restored-caches.ts'
import { sizeText } from './size-text.ts'
import { downloadBytes } from './transfer.ts'
import { unzip } from './unzip.ts'
import { verifiedBytes } from './verified-bytes.ts'

// A cache makes a job faster, and nothing else: whatever goes wrong with one is a note, and the job goes on without it.

export type CacheWork = ProduceWork & { readonly commit: Pick<MirrorCommit, 'listTree'> }

/** Puts the caches of a job to where they were. @throws only the reason of the signal. */
export async function restoreCaches(
  { cache, dir }: Pick<JobDefinition, 'cache' | 'dir'>,
  container: Container,
  work: CacheWork,
): Promise<RestoredCaches> {
  let listed: Promise<readonly TreeFile[]> | undefined
  const listFiles = () => {
    listed ??= work.commit.listTree({ signal: work.signal })
    return listed
  }
  const keyParts = { platform: work.engine.platform, dir, listFiles }
  const notes: string[] = []
  const missed: MissedCache[] = []
  for (const one of cache) {
    try {
      const restored = await restoreCache(one, { keyParts, container, work })
      notes.push(...restored.notes)
      missed.push(...restored.missed)
    } catch (error) {
      work.signal.throwIfAborted()
      notes.push(cacheNote(one, 'not used', error))
    }
  }
  return { notes, missed }
}

interface RestoreDeps {
  readonly keyParts: CacheKeyParts
  readonly container: Container
  readonly work: ProduceWork
}

async function restoreCache(
  cache: CacheDefinition,
  { keyParts, container, work }: RestoreDeps,
): Promise<RestoredCaches> {
  const { scope, paths } = cache
  const made = await cacheKey(cache, keyParts)
  if ('fault' in made) return { notes: [cacheNote(cache, `not used: ${made.fault}`)], missed: [] }
  const { key, isFixed } = made
  const fixed = isFixed ? ['there is no lock file, so it never changes; give it a `key`'] : []
  const found = await findEntry({ key, scope }, work)
  if (found === undefined) {
    return { notes: [cacheNote(cache, ['miss', ...fixed].join('; '))], missed: [{ key, scope, paths }] }
  }
  await fetchEntry(found, { paths, container, work })
  return { notes: [cacheNote(cache, [`hit (${sizeText(found.bytes)})`, ...fixed].join('; '))], missed: [] }
}

async function findEntry(
  body: Pick<MissedCache, 'key' | 'scope'>,
  { client, dispatcherUrl: baseUrl, offer, signal }: ProduceWork,
): Promise<BlobReference | undefined> {
  const params = { attemptId: offer.attemptId }
  return (await client.call(findCache, { baseUrl, token: offer.token, params, body, signal })).found
}

interface FetchDeps extends Pick<RestoreDeps, 'container' | 'work'> {
  readonly paths: readonly string[]
}

/** Downloads the whole before anything of it is unpacked: half a cache would be worse than none. */
async function fetchEntry(found: BlobReference, { paths, container, work }: FetchDeps): Promise<void> {
  const { directories, signal } = work
  const what = 'the cache'
  const path = join(directories.root, `cache-${found.sha256}.tar.gz`)
  try {
    const bytes = verifiedBytes(downloadBytes(found, work), found, what)
    await pipeline(bytes, createWriteStream(path, { mode: 0o600 }), { signal })
    const tar = unzip(fileBytes(path), { what, maxBytes: maxCacheTarBytes })
    await unpackPaths(tar, paths, { container, signal })
  } finally {
    await rm(path, { force: true })
  }
}
