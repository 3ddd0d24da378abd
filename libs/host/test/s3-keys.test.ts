import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig, s3Keys, withAwsKeys } from '../index.ts'

const aws = { AWS_ACCESS_KEY_ID: 'aws', AWS_SECRET_ACCESS_KEY: 'aws secret' }

test.each([
  ['nothing', {}, undefined, undefined],
  ['our own names', { NARWHAL_S3_ACCESS_KEY: 'a', NARWHAL_S3_SECRET_KEY: 'b', ...aws }, 'a', 'b'],
  ['the names of AWS', aws, 'aws', 'aws secret'],
  ['half of AWS', { AWS_ACCESS_KEY_ID: 'aws' }, undefined, undefined],
  ['half of ours, which is not filled up with others', { NARWHAL_S3_ACCESS_KEY: 'a', ...aws }, 'a', undefined],
])('keys of a bucket from %s', (_, env, s3AccessKey, s3SecretKey) => {
  expect(readConfig(withAwsKeys(env), s3Keys)).toEqual({ s3AccessKey, s3SecretKey })
})

test('keys of a bucket from files go before those of AWS', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-keys-'))
  await using undo = new AsyncDisposableStack()
  undo.defer(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'access'), 'a\n')
  await writeFile(join(folder, 'secret'), 'b\n')
  const files = {
    NARWHAL_S3_ACCESS_KEY_FILE: join(folder, 'access'),
    NARWHAL_S3_SECRET_KEY_FILE: join(folder, 'secret'),
  }

  const keys = readConfig(withAwsKeys({ ...files, ...aws }), s3Keys)

  expect(keys).toEqual({ s3AccessKey: 'a', s3SecretKey: 'b' })
})
