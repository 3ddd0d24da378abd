import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSwift, type TestObjectStore } from '../../../test/setup/start-swift.ts'
import { type Blobs, openBlobs } from '../index.ts'
import { openS3Blobs } from '../s3/open-s3-blobs.ts'
import { parseS3Url } from '../s3/parse-s3-url.ts'
import { describeBlobs } from './describe-blobs.ts'

const signal = new AbortController().signal
const partBytes = 8 * 1024 * 1024

let swift: TestObjectStore
let client: S3Client

beforeAll(async () => {
  swift = await startSwift()
  const { endpoint, region, accessKey: accessKeyId, secretKey: secretAccessKey } = swift
  const requestChecksumCalculation = 'WHEN_REQUIRED'
  const credentials = { accessKeyId, secretAccessKey }
  client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, requestChecksumCalculation })
  await client.send(new CreateBucketCommand({ Bucket: 'blobs' }))
})

afterAll(async () => {
  client.destroy()
  await swift[Symbol.asyncDispose]()
})

function urlOf({ bucket = 'blobs', prefix = '', endpoint = swift.endpoint, region = swift.region } = {}): string {
  return `s3://${bucket}/${prefix}?endpoint=${endpoint}&region=${region}`
}

function openHere(url: string): Promise<Blobs> {
  return openBlobs(url, { s3AccessKey: swift.accessKey, s3SecretKey: swift.secretKey })
}

/** The names of what was begun and not ended below `prefix`. */
async function unfinished(prefix: string): Promise<readonly (string | undefined)[]> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'blobs', Prefix: prefix }))
  return Uploads.map(({ Key }) => Key)
}

describeBlobs('s3', () => openHere(urlOf({ prefix: randomUUID() })))

test('a stream of 100 MB, of unknown length, goes through a memory that stays small, and comes back whole', async () => {
  await using blobs = await openHere(urlOf({ prefix: 'large' }))
  const chunk = Buffer.alloc(1_000_000, 'narwhal')
  let most = 0
  async function* hundred() {
    for (let sent = 0; sent < 100; sent += 1) {
      yield chunk
      most = Math.max(most, process.memoryUsage().arrayBuffers)
    }
  }
  const before = process.memoryUsage().arrayBuffers

  const written = await blobs.write('a', hundred(), { signal })

  expect(written.bytes).toBe(100_000_000)
  expect(most - before).toBeLessThan(80_000_000)
  let read = 0
  for await (const bytes of blobs.read('a', { signal, start: 3 * partBytes - 1 })) read += bytes.length
  expect(read).toBe(100_000_000 - 3 * partBytes + 1)
})

test('an upload in parts that fails leaves neither a blob nor parts', async () => {
  await using blobs = await openHere(urlOf({ prefix: 'failing' }))
  let begun: readonly unknown[] = []
  async function* breaking() {
    for (let sent = 0; sent < 4; sent += 1) yield Buffer.alloc(partBytes)
    begun = await unfinished('failing/')
    throw new TypeError('the source broke')
  }

  await expect(blobs.write('a', breaking(), { signal })).rejects.toThrow('the source broke')

  expect(begun).toEqual(['failing/a'])
  expect(await unfinished('failing/')).toEqual([])
  expect(await Array.fromAsync(blobs.list(''))).toEqual([])
})

test('what a former life began to upload is taken back once it is old enough', async () => {
  await using blobs = await openHere(urlOf({ prefix: 'former' }))
  await client.send(new CreateMultipartUploadCommand({ Bucket: 'blobs', Key: 'former/a' }))
  await client.send(new CreateMultipartUploadCommand({ Bucket: 'blobs', Key: 'other/a' }))

  await blobs.removeAbandoned(1_000_000)
  const young = await unfinished('')
  await blobs.removeAbandoned(32_503_680_000_000)

  expect(young).toEqual(['former/a', 'other/a'])
  expect(await unfinished('')).toEqual(['other/a'])
})

test('a list longer than one answer is told whole', async () => {
  const place = parseS3Url(urlOf({ prefix: 'pages' }))
  await using blobs = await openS3Blobs(place, { keys: swift, listPage: 2 })
  const keys = ['a', 'b', 'c', 'd', 'e']
  for (const key of keys) await blobs.write(key, Buffer.from(key), { signal })

  const listed = await Array.fromAsync(blobs.list(''))

  expect(listed).toEqual(keys)
})

test.each([
  ['a bucket that is not there', { bucket: 'nowhere' }, 'BLOB_STORE_MISSING'],
  ['another region', { region: 'eu-west-1' }, 'BLOB_STORE_MISSING'],
])('%s is said at the start', async (_, wrong, code) => {
  await expect(openHere(urlOf(wrong))).rejects.toMatchObject({ code })
})

test.each([
  ['a wrong secret', 'test:tester'],
  ['an unknown key', 'test:nobody'],
])('%s is said at the start, and not repeated', async (_, s3AccessKey) => {
  const opening = openBlobs(urlOf(), { s3AccessKey, s3SecretKey: 'hunter2-hunter2' })

  const error: unknown = await opening.catch((reason: unknown) => reason)

  expect(error).toMatchObject({ code: 'BLOB_STORE_DENIED' })
  expect(JSON.stringify(error) + String(error) + String(Error.isError(error) && error.cause)).not.toMatch(
    /hunter2|Signature=/,
  )
})

test('without keys nothing is asked', async () => {
  await expect(openBlobs(urlOf())).rejects.toMatchObject({ code: 'BLOB_STORE_DENIED' })
})

test('an object store that does not answer can be opened; each call says so', async () => {
  await using blobs = await openHere(urlOf({ endpoint: 'http://127.0.0.1:1' }))
  const silent = { code: 'BLOB_STORE_UNAVAILABLE' }

  await expect(blobs.write('a', Buffer.from('a'), { signal })).rejects.toMatchObject(silent)
  await expect(Array.fromAsync(blobs.read('a', { signal }))).rejects.toMatchObject(silent)
  await expect(blobs.stat('a')).rejects.toMatchObject(silent)
  await expect(Array.fromAsync(blobs.list(''))).rejects.toMatchObject(silent)
})

test('a bucket that goes away later is no missing blob', async () => {
  await client.send(new CreateBucketCommand({ Bucket: 'passing' }))
  await using blobs = await openHere(urlOf({ bucket: 'passing' }))
  await client.send(new DeleteBucketCommand({ Bucket: 'passing' }))
  const gone = { code: 'BLOB_STORE_MISSING' }

  await expect(blobs.stat('a')).rejects.toMatchObject(gone)
  await expect(Array.fromAsync(blobs.read('a', { signal }))).rejects.toMatchObject(gone)
})
