import { readFileSync, statSync } from 'node:fs'
import { problem } from '@narwhal/protocol'
import type { Wrong } from './config.ts'
import { provideToken } from './tokens.ts'

/** Reader for the path of a key file: its 32 bytes. A file that others could read is refused. */
export function secretsKeyFile(path: string): Uint8Array | Wrong {
  try {
    const { mode } = statSync(path)
    if ((mode & 0o077) !== 0) return { wrong: `names ${path}, which others may read; run: chmod 600 ${path}` }
    return parseSecretsKey(readFileSync(path, 'utf8')) ?? { wrong: `names ${path}, which holds no key; ${how}` }
  } catch {
    return { wrong: `names ${path}, which cannot be read; check the path and its mode` }
  }
}

/** The key kept in `path`, made at the first call. @throws {ProblemError} CONFIG_INVALID */
export async function provideSecretsKey(path: string): Promise<Uint8Array> {
  await provideToken(path)
  const key = secretsKeyFile(path)
  if ('wrong' in key) throw problem('CONFIG_INVALID', `  NARWHAL_SECRETS_KEY_FILE ${key.wrong}`)
  return key
}

const how = 'make one with: openssl rand -hex 32'

/** The 32 bytes of 64 hex digits or of base64; nothing for anything else, or for a key that nobody drew. */
function parseSecretsKey(text: string): Uint8Array | undefined {
  const given = text.trim()
  const isHex = /^[0-9a-f]{64}$/i.test(given)
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(given)
  if (!isHex && !isBase64) return undefined
  const key = Buffer.from(given, isHex ? 'hex' : 'base64')
  return key.length === 32 && new Set(key).size >= 8 ? key : undefined
}
