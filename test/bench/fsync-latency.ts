import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fdatasyncSync, writeSync } from 'node:fs'
import { quantile } from './quantile.ts'

const writes = 300

/** How long the disk takes to make 4 KiB durable, in milliseconds: what every commit on this machine pays. */
export async function fsyncLatency(): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-fsync-'))
  try {
    await using file = await open(join(directory, 'file'), 'w')
    const page = Buffer.alloc(4096, 1)
    const samples = Array.from({ length: writes }, (_, place) => {
      const startedAt = performance.now()
      writeSync(file.fd, page, 0, page.length, place * page.length)
      fdatasyncSync(file.fd)
      return performance.now() - startedAt
    })
    return { p50Ms: quantile(samples, 0.5), p99Ms: quantile(samples, 0.99) }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
