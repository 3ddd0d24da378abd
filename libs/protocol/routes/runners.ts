import { type Static, Type } from 'typebox'
import { Repository } from '../commit.ts'
import { Id, Ref, Sha } from '../ids.ts'
import type { Route } from '../route.ts'
import { RunnerView } from '../views.ts'

export const listRunners = {
  method: 'GET',
  path: '/v1/runners',
  summary: 'Runners, by name',
  auth: 'api',
  reply: Type.Object({ runners: Type.Array(RunnerView) }),
} as const satisfies Route

/** What a runner says of itself. `attempts` are those it still holds: when `life` is a new one, any
 * other attempt leased to it is lost. */
export const RunnerRegistration = Type.Object(
  {
    id: Id,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    url: Type.String({ maxLength: 2048, description: 'where the dispatcher reaches it' }),
    slots: Type.Integer({ minimum: 1, maximum: 1024 }),
    labels: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 }),
    life: Type.String({ minLength: 8, maxLength: 64, description: 'made anew by each process' }),
    attempts: Type.Array(Id, { maxItems: 1024 }),
  },
  { additionalProperties: false },
)
export type RunnerRegistration = Static<typeof RunnerRegistration>

export const registerRunner = {
  method: 'POST',
  path: '/v1/runners',
  summary: 'Register a runner, or register it again; the same id replaces',
  auth: 'runner',
  body: RunnerRegistration,
  reply: Type.Object({ heartbeatMs: Type.Integer({ minimum: 1 }) }),
} as const satisfies Route

export const heartbeatRunner = {
  method: 'POST',
  path: '/v1/runners/:runnerId/heartbeats',
  summary: 'The runner lives. 404 RUNNER_UNKNOWN: register again',
  auth: 'runner',
  params: Type.Object({ runnerId: Id }),
} as const satisfies Route

export const followRunner = {
  method: 'GET',
  path: '/v1/runners/:runnerId/presence',
  summary:
    'A stream that a runner keeps open while it lives. Its end makes the dispatcher look whether the runner is gone. 404 RUNNER_UNKNOWN: register again',
  auth: 'runner',
  params: Type.Object({ runnerId: Id }),
} as const satisfies Route

export const unregisterRunner = {
  method: 'DELETE',
  path: '/v1/runners/:runnerId',
  summary: 'The runner leaves; what it still holds is lost',
  auth: 'runner',
  params: Type.Object({ runnerId: Id }),
} as const satisfies Route

/** Dispatcher → runner: the dispatcher has no git. */
export const resolveRef = {
  method: 'POST',
  path: '/v1/refs',
  summary: 'The sha that a ref of a repository has now',
  auth: 'runner',
  body: Type.Object({ repository: Repository, ref: Ref }),
  reply: Type.Object({ sha: Sha }),
} as const satisfies Route
