import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes the files in `incoming` that were last written to before `before`, in milliseconds since the epoch. */
export async function removeAbandoned(incoming: string, before: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    const found = await stat(path).catch(() => undefined) // gone meanwhile: another has ended its writing
    if (found !== undefined && found.mtimeMs < before) await rm(path, { force: true })
  }
}
