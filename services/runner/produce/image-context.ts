import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { posix } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import type { ImageBuild } from '@narwhal/pipeline'
import { problem } from '@narwhal/protocol'
import type { Container } from '../engine/engine.ts'
import { type EntryFilter, openEntryFilter } from './entry-filter.ts'
import { ignoredPaths } from './ignored-paths.ts'
import { makeTar } from './make-tar.ts'
import { readEntries } from './read-entries.ts'
import { pathBelowPacked } from './sound-path.ts'

const maxEntries = 100_000
const maxBytes = 2 * 1024 ** 3
const maxIgnoreBytes = 64 * 1024

/** A build context that lies on our disk. */
export interface ImageContext {
  /** SHA-256 of its tar: equal files have the same. */
  readonly digest: string
  readonly leftOut: ReturnType<EntryFilter['leftOut']>
}

export interface ContextDeps {
  readonly container: Container
  /** Inside of it. */
  readonly workspacePath: string
  /** Where the tar is written to. */
  readonly path: string
  readonly signal: AbortSignal
}

/**
 * Packs a directory of the workspace as the context of an image build, without what its `.dockerignore` leaves out.
 *
 * @throws IMAGE_CONTEXT_INVALID, ENOSPC, and what `Container.packFiles` throws.
 */
export async function packContext(
  { context, file }: Pick<ImageBuild, 'context' | 'file'>,
  deps: ContextDeps,
): Promise<ImageContext> {
  const { path, signal } = deps
  const isIgnored = ignoredPaths(await readIgnoreFile(context, deps))
  const needed = new Set([posix.normalize(file), '.dockerignore'])
  const filter = openEntryFilter({
    keeps: (entry) => needed.has(entry) || !isIgnored(entry),
    form: 'portable',
    maxEntries,
    maxBytes,
    tooLarge: (what) => problem('IMAGE_CONTEXT_INVALID', `The build context "${context}" has ${what}.`),
  })
  const tar = makeTar(async (add) => {
    for await (const { header, body } of readEntries(await packDirectory(context, deps))) {
      const passed = filter.pass(header, pathBelowPacked)
      if (passed !== undefined) await add(passed, body)
    }
  })
  const hash = createHash('sha256')
  const hashed = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  try {
    await pipeline(tar, hashed, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
  return { digest: hash.digest('hex'), leftOut: filter.leftOut() }
}

type PackDeps = Omit<ContextDeps, 'path'>

async function packDirectory(
  context: string,
  { container, workspacePath, signal }: PackDeps,
): Promise<AsyncIterable<Uint8Array>> {
  const tar = await container.packFiles(posix.join(workspacePath, context), { signal })
  if (tar !== undefined) return tar
  throw problem('IMAGE_CONTEXT_INVALID', `There is no directory "${context}" in the workspace to build an image from.`)
}

async function readIgnoreFile(context: string, { container, workspacePath, signal }: PackDeps): Promise<string> {
  const tar = await container.packFiles(posix.join(workspacePath, context, '.dockerignore'), { signal })
  if (tar === undefined) return ''
  for await (const { header, body } of readEntries(tar)) {
    if (header.type !== 'file') return ''
    if (header.size <= maxIgnoreBytes) return await text(body)
    throw problem('IMAGE_CONTEXT_INVALID', `The .dockerignore of "${context}" has more than 64 KiB.`)
  }
  return ''
}
