import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Blobs, openBlobs } from '../index.ts'
import { describeBlobs } from './describe-blobs.ts'

async function openFileBlobsSomewhere(): Promise<Blobs> {
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-blobs-'))
  const blobs = await openBlobs(`file:${join(folder, 'blobs')}`)
  const close = blobs[Symbol.asyncDispose]
  return {
    ...blobs,
    async [Symbol.asyncDispose]() {
      await close()
      await rm(folder, { recursive: true })
    },
  }
}

describeBlobs('file', openFileBlobsSomewhere)
describeBlobs('memory', () => openBlobs('memory:'))
