import { newToken } from '@narwhal/host'
import { Webhooks } from '@octokit/webhooks'
import { expect, test } from 'vitest'
import { verifySignature, webhookSecret } from '../verify-signature.ts'
import { sign } from './open-test-agent.ts'

const body = Buffer.from('{"zen":"Design for failure."}')
const secret = newToken()

test("GitHub's own example verifies", () => {
  const official = { id: 'official', secret: "It's a Secret to Everybody" }

  const verified = verifySignature(
    Buffer.from('Hello, World!'),
    'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    [official],
  )

  expect(verified).toBe(official)
})

test('what octokit signs is verified', async () => {
  const signature = await new Webhooks({ secret }).sign(body.toString())

  expect(verifySignature(body, signature, [webhookSecret(secret)])?.secret).toBe(secret)
})

test('no bit of the 64 hex places can be flipped', () => {
  const signature = sign(body, secret)
  const flipped = Array.from({ length: 64 * 8 }, (_, bit) => {
    const bytes = Buffer.from(signature, 'latin1')
    const place = 'sha256='.length + Math.floor(bit / 8)
    bytes.writeUInt8(bytes.readUInt8(place) ^ (1 << (bit % 8)), place)
    return bytes.toString('latin1')
  })

  const verified = flipped.filter((one) => verifySignature(body, one, [webhookSecret(secret)]) !== undefined)

  expect(verified).toEqual([])
})

test('no bit of the body can be flipped', () => {
  const signature = sign(body, secret)
  const flipped = Array.from({ length: body.length * 8 }, (_, bit) => {
    const bytes = Buffer.from(body)
    bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    return bytes
  })

  const verified = flipped.filter((one) => verifySignature(one, signature, [webhookSecret(secret)]) !== undefined)

  expect(verified).toEqual([])
})

test.each([
  ['is missing', undefined],
  ['is empty', ''],
  ['comes twice as a list', [sign(body, secret), sign(body, secret)]],
  ['comes twice in one line', `${sign(body, secret)}, ${sign(body, secret)}`],
  ['is a sha1', `sha1=${'a'.repeat(40)}`],
  ['is in upper case', sign(body, secret).toUpperCase()],
  ['has no prefix', sign(body, secret).slice(7)],
  ['is too short', sign(body, secret).slice(0, -1)],
  ['is too long', `${sign(body, secret)}0`],
  ['ends with a line break', `${sign(body, secret)}\n`],
  ['is a megabyte', `sha256=${'a'.repeat(1024 * 1024)}`],
])('a signature that %s is refused', (_name, signature) => {
  expect(verifySignature(body, signature, [webhookSecret(secret)])).toBeUndefined()
})

test('while a secret is changed both verify, each under its own id, in any order', () => {
  const next = newToken()
  const before = [webhookSecret(secret), webhookSecret(next)]
  const after = [webhookSecret(next), webhookSecret(secret)]

  const ids = [before, after].map((secrets) =>
    [secret, next].map((one) => verifySignature(body, sign(body, one), secrets)?.id),
  )

  expect(ids[0]).toEqual(ids[1])
  expect(new Set(ids[0]).size).toBe(2)
  expect(ids.flat()).not.toContain(undefined)
})

test('the id of a secret does not hold the secret', () => {
  expect(webhookSecret(secret).id).toMatch(/^[0-9a-f]{16}$/)
})
