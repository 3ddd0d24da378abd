import { posix } from 'node:path'
import { problem } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { cacheLimits } from './cache-limits.ts'
import { type EntryFilter, openEntryFilter } from './entry-filter.ts'
import { type AddEntry, type EntryHeader, makeTar } from './make-tar.ts'
import { readEntries, type TarEntry } from './read-entries.ts'
import { pathBelowPacked, soundPath } from './sound-path.ts'

// The tar of a cache has what was at its paths under their numbers, in their order: `0/…`, `1/…`. A path that is a
// single file, or a link, is an entry `0` of its own.

export interface ArchivedPaths {
  readonly tar: AsyncIterable<Uint8Array>
  /** What was passed on, once the tar is read. */
  readonly filter: EntryFilter
}

/** The tar of what is at `paths` in a container. What is not there is not in it. @throws CACHE_TOO_LARGE while it is read. */
export function archivePaths(paths: readonly string[], container: Container, signal: AbortSignal): ArchivedPaths {
  const filter = openEntryFilter({ ...cacheLimits, keeps: () => true })
  const tar = makeTar(async (add) => {
    for (const [index, path] of paths.entries()) {
      const packed = await container.packFiles(path, { signal })
      if (packed === undefined) continue
      const pathOf = (name: string) => {
        const below = pathBelowPacked(name)
        return below === undefined ? undefined : posix.join(String(index), below)
      }
      for await (const { header, body } of readEntries(packed)) {
        const passed = filter.pass(header, pathOf)
        if (passed !== undefined) await add(passed, body)
      }
    }
  })
  return { tar, filter }
}

/** Puts everything back to where it was. @throws what the tar and `Container.unpackFiles` throw. */
export async function unpackPaths(
  tar: AsyncIterable<Uint8Array>,
  paths: readonly string[],
  { container, signal }: { readonly container: Container; readonly signal: AbortSignal },
): Promise<void> {
  const filter = openEntryFilter({ ...cacheLimits, keeps: (path) => paths[numberOf(path)] !== undefined })
  const entries = passedEntries(tar, filter)
  let next = await entries.next()
  while (next.done !== true) {
    const index = numberOf(next.value.header.name)
    const isSingle = next.value.header.name === String(index)
    const place = placeOf(paths[index] ?? '.', isSingle)
    const part = makeTar(async (add) => {
      for (; next.done !== true && numberOf(next.value.header.name) === index; next = await entries.next()) {
        await addBelow(next.value, { root: String(index), name: place.name, add })
      }
    })
    await container.unpackFiles(place.directory, part, { signal })
    const isStuck = !next.done && numberOf(next.value.header.name) === index
    if (isStuck) throw problem('RUNNER_ERROR', 'The container did not take the whole of a cache.')
  }
}

type PassedEntry = Pick<TarEntry, 'body'> & { readonly header: EntryHeader }

async function* passedEntries(tar: AsyncIterable<Uint8Array>, filter: EntryFilter): AsyncGenerator<PassedEntry, void> {
  for await (const { header, body } of readEntries(tar)) {
    const passed = filter.pass(header, soundPath)
    if (passed !== undefined) yield { header: passed, body }
  }
}

/** Which of the paths an entry belongs to. */
function numberOf(name: string): number {
  const [first = ''] = name.split('/', 1)
  return /^\d{1,4}$/.test(first) ? Number(first) : -1
}

/** A single file goes into its directory under its name, a directory is unpacked in its place. */
function placeOf(path: string, isSingle: boolean): { readonly directory: string; readonly name: string } {
  return isSingle ? { directory: posix.dirname(path), name: posix.basename(path) } : { directory: path, name: '' }
}

interface Below {
  readonly root: string
  /** What the root itself is called; `''` when it is there already. */
  readonly name: string
  readonly add: AddEntry
}

async function addBelow({ header, body }: PassedEntry, { root, name, add }: Below): Promise<void> {
  const renamed = (path: string) => (path === root ? name : path.slice(root.length + 1))
  const own = renamed(header.name)
  if (own === '') return
  const isHardLink = header.type === 'link'
  await add(
    isHardLink ? { ...header, name: own, linkname: renamed(header.linkname ?? '') } : { ...header, name: own },
    body,
  )
}
