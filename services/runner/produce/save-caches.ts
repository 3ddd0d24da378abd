import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobReference, problem, saveCache } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { archivePaths } from './cache-archive.ts'
import { maxCacheArchiveBytes } from './cache-limits.ts'
import { cacheNote } from './cache-note.ts'
import { leftOutNote } from './left-out-note.ts'
import type { ProduceWork } from './produce-work.ts'
import type { MissedCache, RestoredCaches } from './restored-caches.ts'
import { sizeText } from './size-text.ts'
import { uploadFile } from './transfer.ts'
import { writeArchive } from './write-archive.ts'

/**
 * Saves the caches that a job that passed had not found.
 *
 * @returns what people should know.
 * @throws only the reason of the signal.
 */
export async function saveCaches(
  { missed }: RestoredCaches,
  container: Container,
  work: ProduceWork,
): Promise<readonly string[]> {
  const notes: string[] = []
  for (const cache of missed) {
    try {
      notes.push(...(await saveMissed(cache, container, work)))
    } catch (error) {
      work.signal.throwIfAborted()
      notes.push(cacheNote(cache, 'not saved', error))
    }
  }
  return notes
}

async function saveMissed(cache: MissedCache, container: Container, work: ProduceWork): Promise<readonly string[]> {
  if (cache.scope === 'repository' && work.offer.commit.trust === 'untrusted') {
    return [cacheNote(cache, 'not saved: an untrusted commit writes no cache that others read')]
  }
  const path = join(work.directories.root, `cache-${cache.key}.tar.gz`)
  const { tar, filter } = archivePaths(cache.paths, container, work.signal)
  const tooLarge = () => problem('CACHE_TOO_LARGE', `it has more than ${sizeText(maxCacheArchiveBytes)} packed`)
  const blob = await writeArchive(tar, path, { maxBytes: maxCacheArchiveBytes, tooLarge, signal: work.signal })
  try {
    if (filter.files() === 0) return [cacheNote(cache, 'nothing to save')]
    await uploadFile(path, blob, work)
    const isSaved = await saveEntry(cache, blob, work)
    const not = 'not saved: it is there already, or this build may not write it'
    const note = cacheNote(cache, isSaved ? `saved (${sizeText(blob.bytes)})` : not)
    return [note, ...leftOutNote(`cache ${cache.paths.join(', ')}`, filter.leftOut())]
  } finally {
    await rm(path, { force: true })
  }
}

async function saveEntry(
  { key, scope }: MissedCache,
  blob: BlobReference,
  { client, dispatcherUrl: baseUrl, offer, signal }: ProduceWork,
): Promise<boolean> {
  const params = { attemptId: offer.attemptId }
  const body = { key, scope, blob }
  return (await client.call(saveCache, { baseUrl, token: offer.token, params, body, signal })).saved
}
