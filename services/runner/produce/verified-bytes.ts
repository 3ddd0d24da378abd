import { createHash } from 'node:crypto'
import { type BlobReference, problem } from '@narwhal/protocol'

/**
 * The same bytes; their end comes only if they are what `reference` says.
 *
 * @param what they are, for people.
 * @throws BLOB_HASH_WRONG while they are read, or what `bytes` throws.
 */
export async function* verifiedBytes(
  bytes: AsyncIterable<Uint8Array>,
  reference: BlobReference,
  what: string,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256')
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > reference.bytes) break
    hash.update(chunk)
    yield chunk
  }
  if (length !== reference.bytes)
    throw problem('BLOB_HASH_WRONG', `${what}: not the ${reference.bytes} bytes that were kept.`)
  if (hash.digest('hex') !== reference.sha256)
    throw problem('BLOB_HASH_WRONG', `${what}: not the bytes that were kept.`)
}
