import { Type } from 'typebox'
import { Id } from '../ids.ts'
import { BlobReference } from '../produced.ts'
import type { Route } from '../route.ts'

const attempt = Type.Object({ attemptId: Id })
const blob = Type.Object({ attemptId: Id, sha256: BlobReference.properties.sha256 })
const cacheKey = Type.String({ minLength: 1, maxLength: 512 })
const cacheScope = Type.Enum(['branch', 'repository'])

/** Runner → dispatcher. The body is the bytes, `application/octet-stream`. */
export const uploadBlob = {
  method: 'PUT',
  path: '/v1/attempts/:attemptId/blobs/:sha256',
  summary: 'Keep bytes under their SHA-256: packed artifacts or a cache',
  auth: 'attempt',
  params: blob,
} as const satisfies Route

/** Runner → dispatcher. The answer is the bytes. */
export const downloadBlob = {
  method: 'GET',
  path: '/v1/attempts/:attemptId/blobs/:sha256',
  summary: 'Bytes that this attempt may read: artifacts of needed jobs, caches of its scope',
  auth: 'attempt',
  params: blob,
} as const satisfies Route

/** Runner → dispatcher. */
export const findCache = {
  method: 'POST',
  path: '/v1/attempts/:attemptId/caches/find',
  summary: 'The newest entry of a key that this attempt may read',
  auth: 'attempt',
  params: attempt,
  body: Type.Object({ key: cacheKey, scope: cacheScope }),
  reply: Type.Object({ found: Type.Optional(BlobReference) }),
} as const satisfies Route

/** Runner → dispatcher. */
export const saveCache = {
  method: 'POST',
  path: '/v1/attempts/:attemptId/caches',
  summary: 'Make an entry of uploaded bytes; one that is there already stays as it is',
  auth: 'attempt',
  params: attempt,
  body: Type.Object({ key: cacheKey, scope: cacheScope, blob: BlobReference }),
  reply: Type.Object({ saved: Type.Boolean() }),
} as const satisfies Route

/** Runner → dispatcher. */
export const readSecrets = {
  method: 'POST',
  path: '/v1/attempts/:attemptId/secrets',
  summary: 'The values of the secrets that the job names',
  auth: 'attempt',
  params: attempt,
  reply: Type.Object({ secrets: Type.Record(Type.String(), Type.String()) }),
} as const satisfies Route

export const getJobArtifacts = {
  method: 'GET',
  path: '/v1/jobs/:jobId/artifacts',
  summary: 'The artifacts of a job, as a gzipped tar',
  auth: 'api',
  params: Type.Object({ jobId: Id }),
} as const satisfies Route
