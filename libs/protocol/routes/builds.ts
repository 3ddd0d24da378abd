import { Type } from 'typebox'
import { Commit, Trigger } from '../commit.ts'
import { Id, Ref, Sha } from '../ids.ts'
import type { Route } from '../route.ts'
import { BuildView } from '../views.ts'

export const listBuilds = {
  method: 'GET',
  path: '/v1/builds',
  summary: 'Builds, newest first',
  auth: 'api',
  query: Type.Object({
    repository: Type.Optional(Type.String({ maxLength: 310, description: 'owner/name or host/owner/name' })),
    state: Type.Optional(Type.Enum(['queued', 'running', 'finished'])),
    sha: Type.Optional(Sha),
    number: Type.Optional(Type.Integer({ minimum: 1 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    after: Type.Optional(Id),
  }),
  reply: Type.Object({
    builds: Type.Array(BuildView),
    next: Type.Optional(Type.String({ description: 'give it as `after` for the next page' })),
  }),
} as const satisfies Route

export const getBuild = {
  method: 'GET',
  path: '/v1/builds/:buildId',
  summary: 'One build with its jobs, attempts and steps',
  auth: 'api',
  params: Type.Object({ buildId: Id }),
  reply: BuildView,
} as const satisfies Route

export const createBuild = {
  method: 'POST',
  path: '/v1/builds',
  summary: 'Build a commit by hand. Takes an Idempotency-Key',
  auth: 'api',
  body: Type.Object(
    {
      repository: Type.String({
        maxLength: 310,
        description: 'owner/name of a repository that has builds, or host/owner/name',
      }),
      ref: Type.Optional(Ref),
      sha: Type.Optional(Sha),
      trigger: Type.Optional(Trigger),
      inputs: Commit.properties.inputs,
    },
    { additionalProperties: false },
  ),
  reply: BuildView,
  status: 201,
} as const satisfies Route
