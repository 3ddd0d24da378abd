import { join } from 'node:path'
import type { AttemptDirectories } from '../attempt.ts'
import type { AttemptPaths, Container } from '../engine/engine.ts'
import type { FormerContainer } from '../journal/former-attempt.ts'
import { type Place, placeKey } from './place-of.ts'

/** A started container, and what it sees of the spool. */
export interface StartedContainer {
  readonly container: Container
  readonly spoolPath: string
  /** Where its steps find the directories. */
  readonly inside: AttemptPaths
}

/** A place with what is there. */
export interface Site extends AttemptPaths {
  readonly key: string
  readonly place: Place
  /** The number of its directory in the spool. */
  readonly spool: number
  started?: Promise<StartedContainer>
  /** The files of its steps are there. */
  filled?: Promise<unknown>
  /** The container that was there before is removed. */
  cleared: Promise<unknown>
}

/** The sites of a job by their places; those that a former life of the runner used keep their directories. */
export function openSites(
  { workspacePath, spoolPath }: AttemptDirectories,
  former: readonly FormerContainer[],
): (place: Place) => Site {
  const sites = new Map<string, Site>()
  const known = new Map(former.map(({ place, spool }) => [place, spool]))
  let nextSpool = 1 + Math.max(-1, ...known.values())
  return (place) => {
    const key = placeKey(place)
    const there = sites.get(key)
    if (there !== undefined) return there
    const spool = known.get(key) ?? nextSpool++
    const site: Site = {
      ...{ key, place, spool, workspacePath, spoolPath: join(spoolPath, String(spool)) },
      ...(known.has(key) && { filled: Promise.resolve() }),
      cleared: Promise.resolve(),
    }
    sites.set(key, site)
    return site
  }
}
