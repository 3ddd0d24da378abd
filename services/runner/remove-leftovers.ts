import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { attemptsDirectory } from './attempt.ts'
import type { Engine } from './engine/engine.ts'
import { problemFields } from './problem-fields.ts'

export interface LeftoverDeps {
  readonly engine: Engine
  readonly runnerId: string
  readonly data: string
  /** Attempts whose things stay. It is asked after looking, so that what comes meanwhile stays too. */
  readonly keep: ReadonlySet<string>
  /** Of these only the directories stay, the first time. */
  readonly withoutContainers?: ReadonlySet<string>
  readonly log: Log
}

/**
 * The returned function removes the containers, networks and directories of all attempts but those in `keep`. It throws
 * what the engine says; calling again goes on. A directory that cannot be removed stays, and is told of once.
 */
export function leftoverRemoval(deps: LeftoverDeps): () => Promise<void> {
  const { engine, runnerId, data, keep, log } = deps
  const root = attemptsDirectory(data)
  const told = new Set<string>()
  const stale = new Set(deps.withoutContainers)
  return async () => {
    await engine.removeLeftovers(runnerId, { has: (attemptId) => keep.has(attemptId) && !stale.has(attemptId) })
    stale.clear()
    // What is mounted in containers comes after them.
    const found = await readdir(root).catch(() => [])
    for (const name of found) {
      if (keep.has(name)) continue
      const path = join(root, name)
      const stays = await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(
        (cause: NodeJS.ErrnoException) => problem('LEFTOVER_STAYS', `${path} cannot be removed (${cause.code})`),
      )
      if (stays !== undefined && !told.has(name)) log.error(problemFields(stays), 'something is left of an attempt')
      if (stays !== undefined) told.add(name)
    }
  }
}
