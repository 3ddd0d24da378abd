import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const abandonedMs = 24 * 60 * 60 * 1000

/** The directory of what is being written. What a former life left there a day ago is removed: others write too. */
export async function prepareIncoming(root: string): Promise<string> {
  const incoming = join(root, '.incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  const newest = join(incoming, randomUUID()) // its time is that of the file system's own clock
  await writeFile(newest, '')
  const nowMs = await changedAt(newest)
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    if (path === newest || nowMs - (await changedAt(path)) > abandonedMs) await rm(path, { force: true })
  }
  return incoming
}

async function changedAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  return found?.mtimeMs ?? Number.POSITIVE_INFINITY // gone meanwhile: another has ended its writing
}
