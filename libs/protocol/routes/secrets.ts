import { Type } from 'typebox'
import { At } from '../ids.ts'
import type { Route } from '../route.ts'

const repository = Type.String({ maxLength: 310, description: 'owner/name of a repository, or host/owner/name' })
const name = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,99}$' })

export const listSecrets = {
  method: 'GET',
  path: '/v1/secrets',
  summary: 'Names of the secrets of a repository; values never leave but to the runner of a job that names them',
  auth: 'api',
  query: Type.Object({ repository }),
  reply: Type.Object({ secrets: Type.Array(Type.Object({ name: Type.String(), changedAt: At })) }),
} as const satisfies Route

export const setSecret = {
  method: 'PUT',
  path: '/v1/secrets',
  summary: 'Keep a secret of a repository, or replace it',
  auth: 'api',
  body: Type.Object(
    { repository, name, value: Type.String({ minLength: 1, maxLength: 49_152 }) },
    { additionalProperties: false },
  ),
} as const satisfies Route

export const removeSecret = {
  method: 'DELETE',
  path: '/v1/secrets',
  summary: 'Forget a secret of a repository',
  auth: 'api',
  query: Type.Object({ repository, name }),
} as const satisfies Route
