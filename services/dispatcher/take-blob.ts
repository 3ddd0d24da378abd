import type { Blobs } from '@narwhal/blobs'
import { problem } from '@narwhal/protocol'
import type { BlobRecord } from '@narwhal/store'
import type { Change, Changes } from './changes.ts'
import { heldAttempt } from './held-attempt.ts'

// 1. A blob is in the table only once all its bytes are on the disk and fit their hash; its key is never used again.
// 2. Whoever has not uploaded bytes to a repository himself cannot point to them there: a hash proves nothing.
// 3. Bytes without a row are nobody's: `expireBlobs` removes them when the upload could not.

/** How long a blob is kept that nothing points to yet, in milliseconds. */
export const graceMs = 3_600_000

export interface TakeBlobDeps {
  readonly changes: Changes
  readonly blobs: Blobs
  readonly signal: AbortSignal
}

export interface BlobUpload {
  readonly attemptId: string
  readonly token: string
  readonly sha256: string
  readonly source: AsyncIterable<Uint8Array>
}

/**
 * Takes the bytes that an attempt uploads. What its repository has already is not read.
 *
 * @throws {ProblemError} ATTEMPT_STALE and its like; BLOB_HASH_WRONG; BLOB_SPACE_FULL; what `source` throws.
 */
export async function takeBlob(deps: TakeBlobDeps, upload: BlobUpload): Promise<void> {
  const { changes, blobs, signal } = deps
  const { sha256, source } = upload
  const place = await changes.change((change) => placeOf(change, upload))
  if (place.known !== undefined && (await isThere(deps, place.known))) return
  try {
    const written = await blobs.write(place.key, source, { signal })
    if (written.sha256 !== sha256)
      throw problem('BLOB_HASH_WRONG', `the bytes have the SHA-256 ${written.sha256}, not ${sha256}`)
    const isNew = await changes.change((change) => keepBlob(change, upload, { key: place.key, bytes: written.bytes }))
    if (!isNew) await blobs.remove(place.key) // somebody else was quicker
  } catch (error) {
    await blobs.remove(place.key).catch(() => undefined) // 3
    throw error
  }
}

/** Whether the bytes of a row are on the disk; a row without them makes room. */
async function isThere({ changes, blobs }: TakeBlobDeps, { key }: BlobRecord): Promise<boolean> {
  const found = await blobs.stat(key)
  if (found === undefined) await changes.change(({ tables }) => tables.blobs.remove(key))
  return found !== undefined
}

interface Place {
  /** The same bytes, there already. */
  readonly known: BlobRecord | undefined
  readonly key: string
}

async function placeOf(change: Change, { attemptId, token, sha256 }: BlobUpload): Promise<Place> {
  const { job } = await heldAttempt(change.tables, attemptId, token)
  const known = await change.tables.blobs.find(job, sha256)
  if (known !== undefined) await change.tables.blobs.keep(job, sha256, change.now + graceMs)
  return { known, key: `blobs/${sha256}/${change.newId()}` }
}

/** The attempt may have ended meanwhile: its right to write went with it. */
async function keepBlob(
  change: Change,
  { attemptId, token, sha256 }: BlobUpload,
  written: { readonly key: string; readonly bytes: number },
): Promise<boolean> {
  const { job } = await heldAttempt(change.tables, attemptId, token)
  const { repository, trust } = job
  const keepUntil = change.now + graceMs
  const blob = { repository, trust, sha256, ...written, uploadedAt: change.now, keepUntil }
  const isNew = await change.tables.blobs.insert(blob)
  if (!isNew) await change.tables.blobs.keep(job, sha256, keepUntil)
  return isNew
}
