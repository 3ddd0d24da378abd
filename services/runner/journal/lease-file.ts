import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '@narwhal/host'

// The file by which containers see that their runner lives: when it wrote, and how many seconds they may live from then on
// (engine/docker/wait-for-lease.ts reads it). It keeps its length and is overwritten in place, so that a full disk does
// not end them. Nobody but the runner may write it.

/** Says that containers may live on. */
export interface LeaseFile {
  /** Never rejects. */
  write(leftMs: number): Promise<void>
  close(): Promise<void>
}

/** Makes the file, or goes on with that of a former life. @throws what the disk says. */
export async function openLeaseFile(path: string, clock: Pick<Clock, 'now'>): Promise<LeaseFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  const file = await openOrMake(path)
  return {
    async write(leftMs) {
      await file.write(lineOf(clock.now(), leftMs), 0).catch(() => undefined) // the containers end, as if nothing was renewed
    },
    close: () => file.close(),
  }
}

/** When it was written last; `undefined` when nobody knows. */
export async function readLeaseFile(path: string): Promise<number | undefined> {
  const [at] = (await readFile(path, 'utf8').catch(() => '')).split(' ')
  return at !== undefined && /^\d+$/.test(at) ? Number(at) : undefined
}

async function openOrMake(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch(() => open(path, 'w', 0o644))
}

/** Containers look once a second, and may have looked just before. */
function lineOf(at: number, leftMs: number): string {
  const seconds = Math.max(1, Math.ceil(leftMs / 1000) - 1)
  return `${`${at} ${seconds}`.padEnd(31)}\n`
}
