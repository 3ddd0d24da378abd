import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactsDefinition } from '@narwhal/pipeline'
import { type Produced, problem } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { artifactLimits } from './artifact-limits.ts'
import { openEntryFilter } from './entry-filter.ts'
import { leftOutNote } from './left-out-note.ts'
import { fileGlobs } from './globs.ts'
import { makeTar } from './make-tar.ts'
import { packBases } from './pack-bases.ts'
import type { ProduceWork } from './produce-work.ts'
import { uploadFile } from './transfer.ts'
import { writeArchive } from './write-archive.ts'

/** Artifacts that were kept, if there are any, and what people should know. */
export interface PackedArtifacts {
  readonly artifacts?: NonNullable<Produced['artifacts']>
  readonly notes: readonly string[]
}

/**
 * Packs what the globs match in the workspace, and keeps it at the dispatcher. The `.git` of the workspace is never
 * part of it. Equal files make equal bytes.
 *
 * @throws ARTIFACTS_TOO_LARGE, DISK_FULL or ENOSPC, BLOB_TRANSFER_FAILED, what the dispatcher says, and what
 *   `Container.packFiles` throws.
 */
export async function packArtifacts(
  { paths, keepMs }: ArtifactsDefinition,
  container: Container,
  work: ProduceWork,
): Promise<PackedArtifacts> {
  const globs = fileGlobs(paths)
  const keeps = (path: string) => path !== '.git' && !path.startsWith('.git/') && globs.keeps(path)
  const filter = openEntryFilter({ ...artifactLimits, keeps })
  const tar = makeTar(async (add) => {
    for await (const { entry, pathOf } of packBases(globs.bases, container, work)) {
      const passed = filter.pass(entry.header, pathOf)
      if (passed !== undefined) await add(passed, entry.body)
    }
  })
  const path = join(work.directories.root, 'artifacts.tar.gz')
  const tooLarge = () => problem('ARTIFACTS_TOO_LARGE', 'The artifacts have more than 2 GiB packed.')
  const blob = await writeArchive(tar, path, { maxBytes: artifactLimits.maxBytes, tooLarge, signal: work.signal })
  try {
    const notes = leftOutNote('artifacts', filter.leftOut())
    if (filter.files() === 0) return { notes: [`artifacts matched nothing: ${paths.join(', ')}`, ...notes] }
    await uploadFile(path, blob, work)
    return { artifacts: { ...blob, files: filter.files(), keepMs }, notes }
  } finally {
    await rm(path, { force: true })
  }
}
