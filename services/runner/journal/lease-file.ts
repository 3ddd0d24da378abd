import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '@narwhal/host'

// The file by which containers see that their runner lives: when it renewed the lease, and how many seconds they may live
// from when it was written (engine/docker/wait-for-lease.ts reads it). A container counts from its first look, so the file is
// written anew before one starts; to others that says nothing new. It keeps its length and is overwritten in place, so
// that a full disk does not end them. Nobody but the runner may write it.

/** Says that containers may live on. */
export interface LeaseFile {
  /** The lease was renewed, and lasts until `endsAt` of the monotonic clock. Never rejects. */
  renewed(endsAt: number): Promise<void>
  /** Writes what is left by now, once it was renewed. Never rejects. */
  writeAnew(): Promise<void>
  close(): Promise<void>
}

/** Makes the file, or goes on with that of a former life. @throws what the disk says. */
export async function openLeaseFile(path: string, clock: Pick<Clock, 'now' | 'monotonic'>): Promise<LeaseFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 })
  const file = await openOrMake(path)
  let last: { readonly renewedAt: number; readonly endsAt: number } | undefined
  const writeAnew = async (): Promise<void> => {
    if (last === undefined) return
    const line = lineOf(last.renewedAt, last.endsAt - clock.monotonic())
    await file.write(line, 0).catch(() => undefined) // the containers end, as if nothing was renewed
  }
  return {
    async renewed(endsAt) {
      last = { renewedAt: clock.now(), endsAt }
      await writeAnew()
    },
    writeAnew,
    close: () => file.close(),
  }
}

/** When the lease was renewed last; `undefined` when nobody knows. */
export async function readLeaseFile(path: string): Promise<number | undefined> {
  const [at] = (await readFile(path, 'utf8').catch(() => '')).split(' ')
  return at !== undefined && /^\d+$/.test(at) ? Number(at) : undefined
}

async function openOrMake(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch(() => open(path, 'w', 0o644))
}

/**
 * How many seconds containers may live. They look once a second, may have looked just before, and take a while to start; but
 * a lease of few seconds leaves less to spare between its renewals.
 */
export function secondsToLive(leftMs: number): number {
  const seconds = Math.ceil(leftMs / 1000)
  return Math.max(1, seconds - (seconds > 3 ? 2 : 1))
}

function lineOf(renewedAt: number, leftMs: number): string {
  return `${`${renewedAt} ${secondsToLive(leftMs)}`.padEnd(31)}\n`
}
