import { posix } from 'node:path'
import type { Container } from '../engine/engine.ts'
import type { ProduceWork } from './produce-work.ts'
import { readEntries, type TarEntry } from './read-entries.ts'
import { pathBelowPacked } from './sound-path.ts'

/** An entry of the workspace, and how names of its tar become paths in the workspace. */
export interface WorkspaceEntry {
  readonly entry: TarEntry
  readonly pathOf: (name: string) => string | undefined
}

/** The entries of directories of the workspace, one directory after the other; `''` is the whole of it. */
export async function* packBases(
  bases: readonly string[],
  container: Container,
  { engine, directories, signal }: Pick<ProduceWork, 'engine' | 'directories' | 'signal'>,
): AsyncIterable<WorkspaceEntry> {
  for (const base of bases) {
    const path = base === '' ? engine.insidePaths(directories).workspacePath : base
    const tar = await container.packFiles(path, { signal })
    if (tar === undefined) continue
    const pathOf = (name: string) => {
      const below = pathBelowPacked(name)
      return below === undefined ? undefined : posix.join(base, below).replace(/^\.$/, '').replace(/\/$/, '')
    }
    for await (const entry of readEntries(tar)) yield { entry, pathOf }
  }
}
