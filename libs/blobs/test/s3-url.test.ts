import { expect, test } from 'vitest'
import { parseS3Url } from '../s3/parse-s3-url.ts'

test.each([
  ['s3://blobs', { bucket: 'blobs', prefix: '', endpoint: undefined, region: 'us-east-1', pathStyle: false }],
  ['s3://my.blobs-1/', { bucket: 'my.blobs-1', prefix: '' }],
  ['s3://blobs/narwhal/ci/', { prefix: 'narwhal/ci/' }],
  ['s3://blobs/ci?region=eu-west-1', { prefix: 'ci/', region: 'eu-west-1', pathStyle: false }],
  ['s3://blobs?endpoint=http://store:9000', { endpoint: 'http://store:9000', pathStyle: true }],
  ['s3://blobs?endpoint=https%3A%2F%2Fstore&path-style=false', { endpoint: 'https://store', pathStyle: false }],
])('%s', (url, place) => {
  expect(parseS3Url(url)).toMatchObject(place)
})

test.each([
  's3:',
  's3://',
  's3://B',
  's3://key:secret@blobs',
  's3://blobs?path-style=maybe',
  's3://blobs?endpoint=store:9000',
  's3://blobs?endpoint=https://key:secret@store',
  's3://blobs?secret=hunter2',
  's3://blobs?region=a&region=b',
  's3://blobs/a b',
  's3://blobs#a',
])('%s is refused, and what may be a secret is not repeated', (url) => {
  expect(() => parseS3Url(url)).toThrow(expect.objectContaining({ code: 'BLOB_URL_INVALID' }))
  expect(() => parseS3Url(url)).not.toThrow(/hunter2|key:secret/)
})
