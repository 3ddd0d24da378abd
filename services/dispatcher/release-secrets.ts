import type { Log } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { JobRecord, SecretRecord, StoreTables } from '@narwhal/store'
import type { Changes } from './changes.ts'
import { heldAttempt } from './held-attempt.ts'
import { unsealSecret } from './seal-secret.ts'

// A value leaves only here: to the holder of the attempt's token, while the attempt is held, for a trusted commit, and
// only what the planned job names. Each release is logged; no value ever is.

export interface ReleaseSecretsDeps {
  readonly changes: Changes
  readonly log: Log
  /** 32 bytes; absent: there are no secrets here. */
  readonly secretsKey?: Uint8Array | undefined
}

/**
 * The secrets that the job of an attempt names, by their names.
 *
 * @throws {ProblemError} SECRETS_UNTRUSTED; SECRET_NOT_FOUND with all that are missing; SECRETS_KEY_MISSING;
 *   SECRET_UNREADABLE; ATTEMPT_STALE and its like.
 */
export async function releaseSecrets(
  { changes, log, secretsKey }: ReleaseSecretsDeps,
  { attemptId, token }: { readonly attemptId: string; readonly token: string },
): Promise<Record<string, string>> {
  const { job, secrets } = await changes.change(async ({ tables }) => {
    const held = await heldAttempt(tables, attemptId, token)
    return { job: held.job, secrets: await namedSecrets(tables, held.job) }
  })
  const values = secrets.map((secret) => [secret.name, unsealSecret(secret, neededKey(secretsKey))] as const)
  const { repository, name: jobName } = job
  for (const { name, version } of secrets)
    log.info({ repository, name, version, jobName, jobId: job.id, attemptId }, 'a secret was given to an attempt')
  return Object.fromEntries(values)
}

/** The key of the secrets, or the problem that says how to set it. */
export function neededKey(secretsKey: Uint8Array | undefined): Uint8Array {
  if (secretsKey === undefined)
    throw problem('SECRETS_KEY_MISSING', 'the dispatcher was started without a key for them')
  return secretsKey
}

async function namedSecrets(tables: StoreTables, { planned, repository, trust }: JobRecord) {
  const names = [...new Set(planned?.secrets ?? [])]
  if (names.length > 0 && trust === 'untrusted')
    throw problem('SECRETS_UNTRUSTED', `${planned?.name} wants ${names.join(', ')} for an untrusted commit`)
  const found: SecretRecord[] = []
  for (const name of names) {
    const secret = await tables.secrets.find(repository, name)
    if (secret !== undefined) found.push(secret)
  }
  const missing = names.filter((name) => !found.some((secret) => secret.name === name))
  if (missing.length === 0) return found
  const commands = missing.map((name) => `narwhal secrets set ${name} --repository ${repository}`)
  throw problem('SECRET_NOT_FOUND', `${repository} has no secret ${missing.join(', ')}: ${commands.join('; ')}`)
}
