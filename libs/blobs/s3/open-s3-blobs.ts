import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { isProblem } from '@narwhal/protocol'
import type { Blobs } from '../blobs.ts'
import { checkKey } from '../check-key.ts'
import type { S3Place } from './parse-s3-url.ts'
import { readS3Blob } from './read-s3-blob.ts'
import { removeAbandoned } from './remove-abandoned.ts'
import { isMissing, s3Problem } from './s3-problem.ts'
import { writeS3Blob } from './write-s3-blob.ts'

export interface S3Keys {
  readonly accessKey: string
  readonly secretKey: string
}

interface S3Options {
  readonly keys: S3Keys
  /** How many keys one answer of `list` holds; 1000 unless told. */
  readonly listPage?: number
}

/**
 * Blobs in a bucket of an S3-compatible object store, one object each. An object store that does not answer now is
 * asked again at each call.
 *
 * @throws BLOB_STORE_DENIED, BLOB_STORE_MISSING
 */
export async function openS3Blobs(place: S3Place, { keys, listPage = 1000 }: S3Options): Promise<Blobs> {
  const client = openClient(place, keys)
  const { bucket: Bucket, prefix } = place

  function addressOf(key: string): { readonly Bucket: string; readonly Key: string } {
    checkKey(key)
    return { Bucket, Key: prefix + key }
  }

  async function stat(key: string): Promise<{ readonly bytes: number } | undefined> {
    try {
      const { ContentLength: bytes = 0 } = await client.send(new HeadObjectCommand(addressOf(key)))
      return { bytes }
    } catch (error) {
      if (!isMissing(error)) throw s3Problem(error, `look for ${key}`)
      await checkBucket(client, place) // to a HEAD a missing bucket looks like a missing key
      return undefined
    }
  }

  async function* list(from: string): AsyncIterable<string> {
    const query = { Bucket, Prefix: prefix + from, MaxKeys: listPage }
    try {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, query)) {
        for (const { Key } of Contents) if (Key !== undefined) yield Key.slice(prefix.length)
      }
    } catch (error) {
      throw s3Problem(error, `list ${from}`)
    }
  }

  await checkBucket(client, place).catch((error: unknown) => {
    if (!isProblem(error, 'BLOB_STORE_UNAVAILABLE')) throw error
  })
  return {
    write: async (key, source, { signal }) =>
      await writeS3Blob(addressOf(key).Key, source, { client, bucket: Bucket, signal }),
    read: (key, range) => readS3Blob(client, addressOf(key), range),
    async remove(key) {
      await client.send(new DeleteObjectCommand(addressOf(key))).catch((error: unknown) => {
        if (!isMissing(error)) throw s3Problem(error, `remove ${key}`)
      })
    },
    stat,
    list,
    async removeAbandoned(before) {
      await removeAbandoned(client, place, before).catch((error: unknown) => {
        throw s3Problem(error, 'remove what was not written to its end')
      })
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
    },
  }
}

/** Passing errors are tried again by the client, with back-off; six times take about two seconds. */
function openClient({ endpoint, region, pathStyle }: S3Place, { accessKey, secretKey }: S3Keys): S3Client {
  return new S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: pathStyle,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    maxAttempts: 6,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
    // Checksums in trailers are newer than many object stores; the signature has the SHA-256 of each body already.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** Asks for what has a body in its answer, whatever is wrong: the one to a HEAD has none. */
async function checkBucket(client: S3Client, { bucket, prefix }: S3Place): Promise<void> {
  try {
    await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }))
  } catch (error) {
    throw s3Problem(error, `look into the bucket ${bucket}`)
  }
}
