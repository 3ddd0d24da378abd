import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { optional, provideSecretsKey, readConfig, secretsKeyFile } from '../index.ts'

const bytes = Buffer.from(Array.from({ length: 32 }, (_, place) => place * 7 + 1))

async function keyFile(text: string, mode = 0o600): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-key-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const path = join(directory, 'key')
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

test.each([
  ['64 hex digits', bytes.toString('hex')],
  ['64 hex digits in capitals, and a line break', `${bytes.toString('hex').toUpperCase()}\n`],
  ['base64', bytes.toString('base64')],
  ['base64 as URLs have it', bytes.toString('base64url')],
])('a key is 32 bytes: %s', async (_, text) => {
  expect(secretsKeyFile(await keyFile(text))).toEqual(bytes)
})

test.each([
  ['nothing', ''],
  ['31 bytes', bytes.subarray(1).toString('hex')],
  ['33 bytes', Buffer.concat([bytes, bytes.subarray(0, 1)]).toString('base64')],
  ['a word', 'secret'],
  ['a key that nobody drew', '00'.repeat(32)],
])('%s is no key', async (_, text) => {
  expect(secretsKeyFile(await keyFile(text))).toMatchObject({ wrong: expect.stringContaining('openssl rand -hex 32') })
})

test.each([0o640, 0o604, 0o660, 0o620, 0o601])('a key file of mode %o is refused', async (mode) => {
  const path = await keyFile(bytes.toString('hex'), mode)

  expect(secretsKeyFile(path)).toEqual({ wrong: `names ${path}, which others may read; run: chmod 600 ${path}` })
})

test('a file that is not there is told with its path', () => {
  expect(secretsKeyFile('/nowhere/key')).toMatchObject({ wrong: expect.stringContaining('/nowhere/key') })
})

test('a key of our own is made once, for the eyes of the owner', async () => {
  const path = join(await keyFile(''), '..', 'secrets', 'key')

  const first = await provideSecretsKey(path)

  expect(first).toHaveLength(32)
  expect(await provideSecretsKey(path)).toEqual(first)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  await chmod(path, 0o644)
  await expect(provideSecretsKey(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('the setting is the path; the key itself is none', async () => {
  const spec = { key: optional('NARWHAL_SECRETS_KEY_FILE', secretsKeyFile, undefined) }
  const path = await keyFile(bytes.toString('hex'))

  expect(readConfig({ NARWHAL_SECRETS_KEY_FILE: path }, spec)).toEqual({ key: bytes })
  expect(() => readConfig({ NARWHAL_SECRETS_KEY: bytes.toString('hex') }, spec)).toThrow('is not a setting')
})
