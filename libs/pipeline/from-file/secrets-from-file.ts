import type { JobInFile } from '../schema/jobs.ts'

/** Variable → name of the secret. */
export function secretsFromFile(secrets: JobInFile['secrets'] = []): Readonly<Record<string, string>> {
  return Array.isArray(secrets) ? Object.fromEntries(secrets.map((name) => [name, name])) : secrets
}
