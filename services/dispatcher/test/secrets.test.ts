import { randomBytes } from 'node:crypto'
import { type Log, silentLog } from '@narwhal/host'
import { listSecrets, removeSecret, setSecret } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { openStore } from '@narwhal/store'
import { type SecretVersion, sealSecret, unsealSecret } from '../seal-secret.ts'
import { openDispatcher, plannedJob, type Rig } from './open-dispatcher.ts'
import { planJobs, type PaperPlan } from './paper-build.ts'
import { runnerSide } from './runner-side.ts'

const repository = 'github.com/ada/engine'
const secretsKey = randomBytes(32)

function set(rig: Rig, name: string, value: string, of = repository): Promise<void> {
  return rig.client.call(setSecret, { ...rig.call, body: { repository: of, name, value } })
}

/** A job that names these secrets, with the calls of its runner. */
async function begin(rig: Rig, secrets: string[], plan: PaperPlan = {}) {
  const ada = await rig.runner('ada', 8)
  const build = await planJobs(rig, ada, [plannedJob('deploy', { secrets })], plan)
  return runnerSide(rig, await build.offer('deploy'))
}

describe('sealing', () => {
  const version: SecretVersion = { repository, name: 'TOKEN', version: 1 }
  const sealed = () => ({ ...version, ...sealSecret('s3cret-välue', version, secretsKey), changedAt: 1 })

  test('a secret is opened with the key that it was sealed with, and only with that', () => {
    expect(unsealSecret(sealed(), secretsKey)).toBe('s3cret-välue')
    expect(() => unsealSecret(sealed(), randomBytes(32))).toThrow(
      expect.objectContaining({ code: 'SECRET_UNREADABLE' }),
    )
  })

  test('nothing of it can be seen, and the same value never looks the same', () => {
    const [one, two] = [sealed(), sealed()]

    expect(Buffer.from(one.ciphertext).includes('s3cret')).toBe(false)
    expect(Buffer.from(one.ciphertext).equals(Buffer.from(two.ciphertext))).toBe(false)
  })

  test.each<[string, Partial<SecretVersion>]>([
    ['of another repository', { repository: 'github.com/eve/engine' }],
    ['of another name', { name: 'OTHER' }],
    ['of another version', { version: 2 }],
  ])('a row %s does not open', (_, moved) => {
    expect(() => unsealSecret({ ...sealed(), ...moved }, secretsKey)).toThrow('cannot be decrypted')
  })

  test.each(['wrappedKey', 'nonce', 'ciphertext'] as const)('a row with another %s does not open', (part) => {
    const bent = sealed()
    const bytes = Uint8Array.from(bent[part])
    bytes[0] = (bytes[0] ?? 0) ^ 1

    expect(() => unsealSecret({ ...bent, [part]: bytes }, secretsKey)).toThrow('cannot be decrypted')
  })
})

test('a job gets the secrets that it names, and no others', async () => {
  await using rig = await openDispatcher({ secretsKey })
  for (const [name, value] of [
    ['TOKEN', 'first-value'],
    ['TOKEN', 'second-value'],
    ['OTHER', 'other-value'],
  ] as const)
    await set(rig, name, value)
  await set(rig, 'TOKEN', 'value-of-eve', 'github.com/eve/engine')

  expect(await (await begin(rig, ['TOKEN', 'TOKEN'])).secrets()).toEqual({ TOKEN: 'second-value' })
  expect(await (await begin(rig, [])).secrets()).toEqual({})
})

test('an untrusted commit gets no secrets, and is told why; a job without any goes on', async () => {
  await using rig = await openDispatcher({ secretsKey })
  await set(rig, 'TOKEN', 'first-value')
  const fork: PaperPlan = { commit: { trust: 'untrusted' } }

  await expect((await begin(rig, ['TOKEN'], fork)).secrets()).rejects.toMatchObject({ code: 'SECRETS_UNTRUSTED' })
  expect(await (await begin(rig, [], fork)).secrets()).toEqual({})
})

test('every secret that is missing is named, with the command that sets it', async () => {
  await using rig = await openDispatcher({ secretsKey })
  await set(rig, 'TOKEN', 'first-value')

  const asked = (await begin(rig, ['ONE', 'TOKEN', 'TWO'])).secrets()

  await expect(asked).rejects.toMatchObject({
    code: 'SECRET_NOT_FOUND',
    message: `${repository} has no secret ONE, TWO: narwhal secrets set ONE --repository ${repository}; narwhal secrets set TWO --repository ${repository}`,
  })
})

test('names are listed, values are not; what was removed is gone', async () => {
  await using rig = await openDispatcher({ secretsKey })
  await set(rig, 'TOKEN', 'first-value')
  const query = { repository }
  const list = async () => (await rig.client.call(listSecrets, { ...rig.call, query })).secrets
  const remove = () => rig.client.call(removeSecret, { ...rig.call, query: { ...query, name: 'TOKEN' } })

  expect(await list()).toEqual([{ name: 'TOKEN', changedAt: rig.clock.now() }])
  await remove()

  expect(await list()).toEqual([])
  await expect(remove()).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' })
})

test('a repository is named in full, or as its builds are', async () => {
  await using rig = await openDispatcher({ secretsKey })
  await expect(set(rig, 'TOKEN', 'first-value', 'ada/engine')).rejects.toMatchObject({ code: 'REPOSITORY_UNKNOWN' })
  await expect(set(rig, 'TOKEN', 'first-value', 'a/../b')).rejects.toMatchObject({ code: 'REPOSITORY_UNKNOWN' })
  const runner = await begin(rig, ['TOKEN'])

  await set(rig, 'TOKEN', 'first-value', 'ada/engine')

  expect(await runner.secrets()).toEqual({ TOKEN: 'first-value' })
})

test.each([
  ['too short to be masked', 'five5'],
  ['blank', '          '],
  ['too long', 'ä'.repeat(24_577)],
])('a value that is %s is refused', async (_, value) => {
  await using rig = await openDispatcher({ secretsKey })

  await expect(set(rig, 'TOKEN', value)).rejects.toMatchObject({ code: 'SECRET_INVALID' })
})

test('a value of 48 KiB, of several lines and letters, comes back as it was', async () => {
  await using rig = await openDispatcher({ secretsKey })
  const value = `-----BEGIN KEY-----\n${'ä🦄\n'.repeat(6_000)}-----END KEY-----\n`
  await set(rig, 'KEY', value)

  expect(await (await begin(rig, ['KEY'])).secrets()).toEqual({ KEY: value })
})

test('without a key nothing is set or given, and the problem says how to make one', async () => {
  await using store = await openStore('memory:')
  {
    await using rig = await openDispatcher({ store, secretsKey })
    await set(rig, 'TOKEN', 'first-value')
  }

  await using rig = await openDispatcher({ store })

  await expect(set(rig, 'TOKEN', 'first-value')).rejects.toMatchObject({ code: 'SECRETS_KEY_MISSING' })
  await expect((await begin(rig, ['TOKEN'])).secrets()).rejects.toMatchObject({ code: 'SECRETS_KEY_MISSING' })
})

/** A log that keeps its lines. */
function paperLog(lines: string[]): Log {
  const write = (...said: readonly unknown[]) => void lines.push(JSON.stringify(said))
  return Object.assign(silentLog(), { debug: write, info: write, warn: write, error: write })
}

test('each release is logged by name; the value stands neither in the log nor in the store', async () => {
  const lines: string[] = []
  await using rig = await openDispatcher({ secretsKey, log: paperLog(lines) })
  await set(rig, 'TOKEN', 'first-value')

  await (await begin(rig, ['TOKEN'])).secrets()

  expect(lines.filter((line) => line.includes('a secret was given to an attempt'))).toMatchObject([
    expect.stringContaining('"name":"TOKEN"'),
  ])
  const stored = await rig.store.transaction(({ secrets }) => secrets.find(repository, 'TOKEN'))
  expect(lines.join('\n')).not.toContain('first-value')
  expect(Buffer.from(stored?.ciphertext ?? []).toString('latin1')).not.toContain('first-value')
})
