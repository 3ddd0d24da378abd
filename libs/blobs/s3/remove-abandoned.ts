import {
  AbortMultipartUploadCommand,
  type ListMultipartUploadsCommandOutput,
  ListMultipartUploadsCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { S3Place } from './parse-s3-url.ts'
import { isMissing } from './s3-problem.ts'

/** Takes back the uploads that began before `before` (milliseconds since the epoch): whoever made them is gone. */
export async function removeAbandoned(
  client: S3Client,
  { bucket: Bucket, prefix: Prefix }: S3Place,
  before: number,
): Promise<void> {
  let from: Pick<ListMultipartUploadsCommandOutput, 'NextKeyMarker' | 'NextUploadIdMarker'> | undefined = {}
  while (from !== undefined) {
    const markers = { KeyMarker: from.NextKeyMarker, UploadIdMarker: from.NextUploadIdMarker }
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket, Prefix, ...markers }),
    )
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Initiated === undefined || Initiated.getTime() >= before) continue
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(unlessMissing)
    }
    from = page.IsTruncated === true ? page : undefined
  }
}

/** Somebody else has ended it meanwhile. */
function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error
}
