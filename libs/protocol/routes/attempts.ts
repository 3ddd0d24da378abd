import { Type } from 'typebox'
import { AttemptReply, AttemptReport, Offer } from '../attempt-report.ts'
import { Id } from '../ids.ts'
import type { Route } from '../route.ts'

const params = Type.Object({ attemptId: Id })

/** In bytes: eight chunks with the largest plan, or with the largest result. */
export const maxReportBytes = 8 * 1024 * 1024

/** In bytes: what a job needs comes with the outputs of all those jobs. */
export const maxOfferBytes = 16 * 1024 * 1024

/** Runner → dispatcher. */
export const reportAttempt = {
  method: 'POST',
  path: '/v1/attempts/:attemptId/reports',
  summary: 'Events, log chunks, plan and result of an attempt; all of it is idempotent',
  auth: 'attempt',
  params,
  body: AttemptReport,
  maxBodyBytes: maxReportBytes,
  reply: AttemptReply,
} as const satisfies Route

/** Runner → dispatcher. */
export const renewAttempt = {
  method: 'POST',
  path: '/v1/attempts/:attemptId/renewals',
  summary: 'Move the end of the lease',
  auth: 'attempt',
  params,
  reply: AttemptReply,
} as const satisfies Route

/** Dispatcher → runner. 202: taken; 409: no free slot; then the attempt is refused, which does not count. */
export const offerAttempt = {
  method: 'POST',
  path: '/v1/offers',
  summary: 'Offer one attempt to the runner',
  auth: 'runner',
  body: Offer,
  maxBodyBytes: maxOfferBytes,
  reply: Type.Object({ free: Type.Integer({ minimum: 0, description: 'slots still free' }) }),
  status: 202,
} as const satisfies Route

/** Dispatcher → runner. The renewal's answer says the same a little later, should this be lost. */
export const cancelAttempt = {
  method: 'POST',
  path: '/v1/offers/:attemptId/cancel',
  summary: 'Stop an attempt',
  auth: 'runner',
  params,
  body: Type.Object({ because: Type.String({ minLength: 1, maxLength: 200 }) }),
} as const satisfies Route
