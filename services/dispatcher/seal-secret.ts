import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { problem } from '@narwhal/protocol'
import type { SecretRecord } from '@narwhal/store'

// 1. AES-256-GCM twice: each secret has a data key of its own, which is wrapped by the one key that is not in the store.
// 2. Repository, name and version are authenticated with both: a row that was moved or put back cannot be opened.

/** Which secret, and which of its values. */
export type SecretVersion = Pick<SecretRecord, 'repository' | 'name' | 'version'>

/** What of a secret is stored. */
export type SealedSecret = Pick<SecretRecord, 'wrappedKey' | 'nonce' | 'ciphertext'>

const cipher = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16

/** Encrypts a value for the store. @param key 32 bytes. */
export function sealSecret(value: string, version: SecretVersion, key: Uint8Array): SealedSecret {
  const dataKey = randomBytes(32)
  const [nonce, keyNonce] = [randomBytes(nonceBytes), randomBytes(nonceBytes)]
  const ciphertext = encrypt(Buffer.from(value), { key: dataKey, nonce, version })
  const wrappedKey = Buffer.concat([keyNonce, encrypt(dataKey, { key, nonce: keyNonce, version })])
  dataKey.fill(0)
  return { wrappedKey, nonce, ciphertext }
}

/**
 * The value of a stored secret. @param key 32 bytes, as it was sealed with.
 *
 * @throws {ProblemError} SECRET_UNREADABLE when the key is another one, or the row is not as it was written.
 */
export function unsealSecret(secret: SecretRecord, key: Uint8Array): string {
  const { wrappedKey, nonce, ciphertext, repository, name } = secret
  try {
    const keyNonce = wrappedKey.subarray(0, nonceBytes)
    const dataKey = decrypt(wrappedKey.subarray(nonceBytes), { key, nonce: keyNonce, version: secret })
    return decrypt(ciphertext, { key: dataKey, nonce, version: secret }).toString('utf8')
  } catch (cause) {
    throw problem('SECRET_UNREADABLE', `the secret ${name} of ${repository} cannot be decrypted`, { cause })
  }
}

interface Sealing {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly version: SecretVersion
}

function encrypt(plain: Uint8Array, { key, nonce, version }: Sealing): Buffer {
  const sealing = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(placeOf(version))
  return Buffer.concat([sealing.update(plain), sealing.final(), sealing.getAuthTag()])
}

function decrypt(sealed: Uint8Array, { key, nonce, version }: Sealing): Buffer {
  const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes }).setAAD(placeOf(version))
  opening.setAuthTag(sealed.subarray(-tagBytes))
  return Buffer.concat([opening.update(sealed.subarray(0, -tagBytes)), opening.final()])
}

function placeOf({ repository, name, version }: SecretVersion): Buffer {
  return Buffer.from(JSON.stringify([repository, name, version]))
}
