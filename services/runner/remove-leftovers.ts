import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attemptsDirectory } from './attempt.ts'
import type { Engine } from './engine/engine.ts'

export interface LeftoverDeps {
  readonly engine: Engine
  readonly runnerId: string
  readonly data: string
  /** Attempts whose things stay. It is asked after looking, so that what comes meanwhile stays too. */
  readonly keep: ReadonlySet<string>
}

/**
 * Removes the containers, networks and directories of all attempts but those in `keep`.
 *
 * @throws what the engine or the file system says; calling again goes on.
 */
export async function removeLeftovers({ engine, runnerId, data, keep }: LeftoverDeps): Promise<void> {
  await engine.removeLeftovers(runnerId, keep) // before the directories that are mounted in the containers
  const root = attemptsDirectory(data)
  const found = await readdir(root).catch(() => [])
  for (const name of found) {
    if (!keep.has(name)) await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 })
  }
}
