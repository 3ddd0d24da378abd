import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A webhook secret with an id of our own, which says which one verified a delivery without telling the secret. */
export interface WebhookSecret {
  readonly id: string
  readonly secret: string
}

/** The same secret has the same id at every start, in whatever order secrets are given. */
export function webhookSecret(secret: string): WebhookSecret {
  return {
    id: createHash('sha256').update('narwhal webhook secret\n').update(secret).digest('hex').slice(0, 16),
    secret,
  }
}

/**
 * The secret whose HMAC-SHA256 of `body` is `signature`, or nothing.
 *
 * @param body       the bytes as they came, before any decoding.
 * @param signature  the header X-Hub-Signature-256: `sha256=` and 64 hex digits in lower case, nothing else.
 */
export function verifySignature(
  body: Buffer,
  signature: unknown,
  secrets: readonly WebhookSecret[],
): WebhookSecret | undefined {
  if (typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/.test(signature)) return undefined
  const given = Buffer.from(signature.slice('sha256='.length), 'hex')
  return secrets.find(({ secret }) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given))
}
