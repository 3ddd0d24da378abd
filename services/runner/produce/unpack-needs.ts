import type { BlobReference, NeededJob } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { artifactLimits, maxArtifactTarBytes } from './artifact-limits.ts'
import { openEntryFilter } from './entry-filter.ts'
import { makeTar } from './make-tar.ts'
import type { ProduceWork } from './produce-work.ts'
import { readEntries } from './read-entries.ts'
import { soundPath } from './sound-path.ts'
import { downloadBytes, withPatience } from './transfer.ts'
import { unzip } from './unzip.ts'
import { verifiedBytes } from './verified-bytes.ts'

/**
 * Puts the artifacts of the needed jobs into the workspace, in the order in which the job names them: a later one
 * replaces files of an earlier one.
 *
 * @throws BLOB_HASH_WRONG, BLOB_TRANSFER_FAILED, what the dispatcher says, and what `Container.unpackFiles` throws.
 */
export async function unpackNeeds(container: Container, work: ProduceWork): Promise<void> {
  for (const need of work.offer.needs) {
    const { artifacts } = need
    if (artifacts !== undefined) await withPatience(() => unpackNeed({ ...need, artifacts }, container, work), work)
  }
}

async function unpackNeed(
  { name, artifacts }: NeededJob & { readonly artifacts: BlobReference },
  container: Container,
  work: ProduceWork,
): Promise<void> {
  const what = `The artifacts of the job "${name}"`
  const bytes = verifiedBytes(downloadBytes(artifacts, work), artifacts, what)
  const entries = readEntries(unzip(bytes, { what, maxBytes: maxArtifactTarBytes }))
  // What another runner has packed is trusted no more than what a container packs.
  const filter = openEntryFilter({ ...artifactLimits, keeps: () => true })
  const tar = makeTar(async (add) => {
    for await (const { header, body } of entries) {
      const passed = filter.pass(header, soundPath)
      if (passed !== undefined) await add(passed, body)
    }
  })
  await container.unpackFiles('.', tar, { signal: work.signal })
}
