import { execFile } from 'node:child_process'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A small file system in memory, with the data of one service on it. */
export interface SmallDisk extends AsyncDisposable {
  readonly name: string
  readonly path: string
  /** Takes all the room that is left. */
  fill(): Promise<void>
  free(): Promise<void>
}

const exec = promisify(execFile)

/** Mounts one at `path`, which it makes; undefined where we may not mount. */
export async function openSmallDisk(name: string, path: string, mebibytes: number): Promise<SmallDisk | undefined> {
  await mkdir(path, { recursive: true })
  try {
    await exec('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', path])
  } catch {
    return undefined
  }
  const filler = join(path, 'filler')
  return {
    name,
    path,
    fill: () => fillUp(filler),
    free: () => rm(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      const copy = `${path}.copy`
      await exec('cp', ['-a', path, copy]) // whoever looks for what went wrong wants to see it
      await exec('umount', ['-l', path])
      await rm(path, { recursive: true })
      await rename(copy, path)
    },
  }
}

async function fillUp(path: string): Promise<void> {
  await using file = await open(path, 'a')
  for (let bytes = 1024 * 1024; bytes >= 1024; ) {
    try {
      await file.write(Buffer.alloc(bytes))
    } catch {
      bytes /= 4
    }
  }
}
