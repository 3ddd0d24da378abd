import { execFileSync } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Removes one object from a mirror, as a bad disk would. */
export async function removeObject(mirrorPath: string, oid: string): Promise<void> {
  const packs = join(mirrorPath, 'objects', 'pack')
  for (const name of await readdir(packs)) {
    const content = await readFile(join(packs, name))
    await rm(join(packs, name))
    if (name.endsWith('.pack'))
      execFileSync('git', ['--git-dir', mirrorPath, 'unpack-objects', '-q'], { input: content })
  }
  await rm(join(mirrorPath, 'objects', oid.slice(0, 2), oid.slice(2)))
}
