import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockData } from '../data-lock.ts'
import { provideSecrets, readUpConfig } from '../up-config.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('without any setting everything is kept below one directory', () => {
  const config = readUpConfig({ NARWHAL_DATA: '/data' })

  expect(config).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    queue: 'sqlite:/data/queue.sqlite',
    store: 'sqlite:/data/store.sqlite',
    blobs: 'file:/data/blobs',
    results: '/data/results',
    engine: 'docker:',
    logLevel: 'warn',
    setup: true,
  })
})

test('every setting of the environment goes before', () => {
  const env = { NARWHAL_QUEUE: 'amqp://broker', NARWHAL_STORE: 'memory:', NARWHAL_SETUP: '0', NARWHAL_PORT: '1' }

  expect(readUpConfig(env)).toMatchObject({ queue: 'amqp://broker', store: 'memory:', setup: false, port: 1 })
})

test('all faults are told at once', () => {
  const env = { NARWHAL_PORT: 'x', NARWHAL_STROE: 'memory:', NARWHAL_API_TOKEN: 'short' }

  expect(() => readUpConfig(env)).toThrow(/STROE[\s\S]*PORT[\s\S]*API_TOKEN/)
})

test('a forge whose host no repository can be named after is refused', () => {
  expect(() => readUpConfig({ NARWHAL_GITHUB_API_URL: 'http://[::1]:3000' })).toThrow('set one with a DNS name')
})

test('secrets are made at the first start, for the eyes of the owner, and stay', async () => {
  const settings = readUpConfig({ NARWHAL_DATA: await temporaryFolder() })

  const first = await provideSecrets(settings)
  const second = await provideSecrets(settings)

  expect(second).toEqual(first)
  expect(new Set([first.apiToken, first.runnerToken, ...first.webhookSecrets]).size).toBe(3)
  expect((await stat(first.apiTokenPath ?? '')).mode & 0o777).toBe(0o600)
})

test('a secret of the environment makes no file', async () => {
  const data = await temporaryFolder()

  const config = await provideSecrets(
    readUpConfig({ NARWHAL_DATA: data, NARWHAL_API_TOKEN: 'kQ3vX9-pL2mR7_tZ5wN8cB4hJ6yD1fGs' }),
  )

  expect(config.apiTokenPath).toBeUndefined()
  await expect(stat(join(data, 'secrets', 'api-token'))).rejects.toThrow('ENOENT')
})

test('a data directory belongs to one process, until that lets it go', async () => {
  const data = join(await temporaryFolder(), 'new')
  const first = await lockData(data)

  await expect(lockData(data)).rejects.toThrow(expect.objectContaining({ code: 'DATA_IN_USE' }))
  first[Symbol.dispose]()
  using second = await lockData(data)

  expect(second).toBeDefined()
})
