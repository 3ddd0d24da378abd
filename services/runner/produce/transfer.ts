import { backoffMs } from '@narwhal/host'
import { type BlobReference, downloadBlob, isProblem, problem, uploadBlob } from '@narwhal/protocol'
import { fileBytes } from './file-bytes.ts'
import { isPassing } from '../is-passing.ts'
import type { ProduceWork } from './produce-work.ts'

const tries = 8
const backoff = { baseMs: 1_000, capMs: 30_000 }

/** Brings a file to the dispatcher, as the blob that it is. @throws BLOB_TRANSFER_FAILED, or what the dispatcher says. */
export async function uploadFile(path: string, { sha256 }: BlobReference, work: ProduceWork): Promise<void> {
  const { offer, client, dispatcherUrl: baseUrl, signal } = work
  const params = { attemptId: offer.attemptId, sha256 }
  await withPatience(
    () => client.upload(uploadBlob, { baseUrl, token: offer.token, params, source: fileBytes(path), signal }),
    work,
  )
}

/** The bytes of a blob, unverified, asked for once somebody reads them. @throws as `HttpClient.download`, while they are read. */
export async function* downloadBytes({ sha256 }: BlobReference, work: ProduceWork): AsyncIterable<Uint8Array> {
  const { offer, client, dispatcherUrl: baseUrl, signal } = work
  const params = { attemptId: offer.attemptId, sha256 }
  yield* await client.download(downloadBlob, { baseUrl, token: offer.token, params, signal })
}

/**
 * Tries again, with back-off, while the dispatcher does not answer or has trouble: a restart of it, or of its store, costs
 * no job.
 *
 * @throws BLOB_TRANSFER_FAILED, any other problem of `transfer`, or the reason of the signal.
 */
export async function withPatience<T>(
  transfer: () => Promise<T>,
  { clock, signal }: Pick<ProduceWork, 'clock' | 'signal'>,
): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await transfer()
    } catch (error) {
      signal.throwIfAborted()
      if (!isPassing(error)) throw error
      if (retry + 1 === tries) throw isProblem(error, 'UNREACHABLE', 'NOT_READY') ? failed(error) : error
      await clock.sleep(backoffMs(retry, backoff), signal)
    }
  }
}

function failed(cause: Error): Error {
  return problem('BLOB_TRANSFER_FAILED', cause.message, { cause })
}
