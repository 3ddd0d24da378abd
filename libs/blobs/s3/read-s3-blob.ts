import { addAbortSignal, Readable } from 'node:stream'
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { problem } from '@narwhal/protocol'
import type { ReadRange } from '../blobs.ts'
import { isBeyondEnd, isMissing, s3Problem } from './s3-problem.ts'

interface Address {
  readonly Bucket: string
  readonly Key: string
}

/** The bytes of an object, or a range of them, as they come. */
export async function* readS3Blob(
  client: S3Client,
  address: Address,
  { start = 0, end, signal }: ReadRange,
): AsyncIterable<Uint8Array> {
  signal.throwIfAborted()
  const isEmpty = end !== undefined && end <= start
  const Range = isEmpty ? 'bytes=0-0' : rangeOf(start, end)
  try {
    const { Body } = await client.send(new GetObjectCommand({ ...address, Range }), { abortSignal: signal })
    if (!(Body instanceof Readable)) return
    if (isEmpty) Body.destroy()
    else yield* addAbortSignal(signal, Body)
  } catch (error) {
    signal.throwIfAborted()
    if (isBeyondEnd(error)) return
    throw isMissing(error)
      ? problem('BLOB_NOT_FOUND', `There is no blob ${address.Key}.`)
      : s3Problem(error, `read ${address.Key}`)
  }
}

function rangeOf(start: number, end: number | undefined): string | undefined {
  if (start === 0 && end === undefined) return undefined
  return `bytes=${start}-${end === undefined ? '' : end - 1}`
}
