import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { problem } from '@narwhal/protocol'

/** A random token of 43 characters (256 bits). */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What a token may be made of: what an `authorization` header carries as it is (RFC 6750). */
export const tokenPattern = /^[\w.~+/=-]+$/

/** SHA-256 in hex, for tokens that are kept only as a hash. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex')
}

/** Compares in a time that does not depend on where the two differ; how long a token is, is no secret. */
export function equalTokens(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Why a secret is too weak to start with, or nothing. */
export function weakness(secret: string): string | undefined {
  if (secret.length < 32) return `has ${secret.length} characters; it needs at least 32`
  if (new Set(secret).size < 8) return 'repeats the same few characters; use a random one'
  if (/change.?me|password|secret|example/i.test(secret)) return 'looks like a placeholder; use a random one'
  return undefined
}

/** The secret kept in `path`, made at the first call; the file is readable by its owner only. */
export async function provideToken(path: string): Promise<string> {
  try {
    const kept = (await readFile(path, 'utf8')).trim()
    const weak = weakness(kept)
    if (weak !== undefined) throw problem('CONFIG_INVALID', `the secret in ${path} ${weak}`)
    return kept
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const token = newToken()
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${token}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  return token
}
