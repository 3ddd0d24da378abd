import { S3ServiceException } from '@aws-sdk/client-s3'
import { isProblem, problem } from '@narwhal/protocol'

const full = ['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded']
const elsewhere = [
  'NoSuchBucket',
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]

/**
 * What an object store answered, as a problem. Neither its error nor the request goes along: they hold signed headers.
 *
 * @param doing what was asked for, as the end of the sentence "The object store refused to …".
 */
export function s3Problem(error: unknown, doing: string): unknown {
  if (isProblem(error) || !(error instanceof Error)) return error
  const status = statusOf(error)
  const { name, message } = error
  const said = `${doing}: ${[status, name, message].filter((part) => part !== undefined && part !== '').join(' ')}`
  if (full.includes(name) || status === 507) return problem('BLOB_SPACE_FULL', said)
  if (elsewhere.includes(name) || status === 301) return problem('BLOB_STORE_MISSING', said)
  if (status === 401 || status === 403) return problem('BLOB_STORE_DENIED', said)
  return problem('BLOB_STORE_UNAVAILABLE', said)
}

/** Whether the object store said that there is nothing of this name. A missing bucket is another matter, where it says so. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && error instanceof Error && error.name !== 'NoSuchBucket'
}

/** Whether a range begins beyond the end. */
export function isBeyondEnd(error: unknown): boolean {
  return statusOf(error) === 416
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}
