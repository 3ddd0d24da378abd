import { Type } from 'typebox'
import { Id } from '../ids.ts'
import type { Route } from '../route.ts'
import { BuildView, JobView } from '../views.ts'

const params = Type.Object({ jobId: Id })

export const getJob = {
  method: 'GET',
  path: '/v1/jobs/:jobId',
  summary: 'One job with its attempts and steps',
  auth: 'api',
  params,
  reply: JobView,
} as const satisfies Route

export const getJobLog = {
  method: 'GET',
  path: '/v1/jobs/:jobId/log',
  summary:
    'The log: whole, by Range, or live as server-sent events (Accept: text/event-stream, Last-Event-ID = the id of the last event). The headers Narwhal-Log-Bytes, Narwhal-Log-Sha256 and Narwhal-Log-State (growing, whole, ended-early, damaged) are about the stored bytes; Range and Last-Event-ID count the same bytes. Behind the last stored byte of an attempt whose runner was lost stands one more line, which begins with [narwhal]; missing bytes are filled by a text of their length',
  auth: 'api',
  params,
  query: Type.Object({ attempt: Type.Optional(Type.Integer({ minimum: 1 })) }),
} as const satisfies Route

export const resubmitJob = {
  method: 'POST',
  path: '/v1/jobs/:jobId/resubmit',
  summary: 'A new build in which this job runs again and passed ones are taken over. Takes an Idempotency-Key',
  auth: 'api',
  params,
  reply: BuildView,
  status: 201,
} as const satisfies Route

export const cancelJob = {
  method: 'POST',
  path: '/v1/jobs/:jobId/cancel',
  summary: 'Ask a job to stop. A queued one ends at once, a running one within 15 seconds',
  auth: 'api',
  params,
  body: Type.Object({ because: Type.String({ minLength: 1, maxLength: 200 }) }, { additionalProperties: false }),
  reply: JobView,
} as const satisfies Route

export const approveJob = {
  method: 'POST',
  path: '/v1/jobs/:jobId/approve',
  summary: 'Let a job run that waits for an approval. Who approves is known by the token',
  auth: 'api',
  params,
  reply: JobView,
} as const satisfies Route
