import { posix } from 'node:path'
import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { archiveProblem, isAbsence } from './archive-problem.ts'
import { entryCheck } from './entry-check.ts'
import { rewriteTar, type TarEntry } from './rewrite-tar.ts'

export interface WriteOptions {
  /** Absolute; made, with those above it, where it is missing. */
  readonly directory: string
  /** Whose everything is that is made. */
  readonly uid: number
  readonly gid: number
  readonly signal: AbortSignal
}

/**
 * Unpacks a tar into a directory of a container. The engine does it, at the root of the container's files, so that links
 * mean what they mean inside.
 *
 * @throws CONTAINER_GONE, DISK_FULL, ENGINE_GONE, ENGINE_REFUSED for an archive that wants to get out, what `tar` throws.
 */
export async function writeArchive(
  container: Docker.Container,
  tar: AsyncIterable<Uint8Array>,
  { directory, uid, gid, signal }: WriteOptions,
): Promise<void> {
  const missing = await missingDirectories(container, directory, signal)
  const first = missing.map(
    (name): TarEntry => ({ name: `${name.slice(1)}/`, type: 'directory', mode: 0o755, uid, gid }),
  )
  const prefix = directory === '/' ? '' : `${directory.slice(1)}/`
  let thrown: unknown
  const body = Readable.from(rewriteTar(tar, { first, rewrite: entryCheck({ prefix, uid, gid }) }), {
    objectMode: false,
  }).on('error', (error) => {
    thrown = error
  })
  try {
    const options: { path: string; abortSignal: AbortSignal } = { path: '/', abortSignal: signal }
    await container.putArchive(body, options)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw thrown ?? archiveProblem(error, signal)
  } finally {
    body.destroy()
  }
}

/** `directory` and those above it that are not there, the topmost first. */
async function missingDirectories(
  container: Docker.Container,
  directory: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const missing: string[] = []
  for (let path = directory; path !== '/'; path = posix.dirname(path)) {
    if (await exists(container, path, signal)) break
    missing.unshift(path)
  }
  return missing
}

async function exists(container: Docker.Container, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await container.infoArchive({ path })
    answer.resume() // its end frees the connection; an open one keeps this process alive
    return true
  } catch (error) {
    // A HEAD has no text: whether the container is gone is seen when the archive is sent.
    if (isAbsence(error)) return false
    throw archiveProblem(error, signal)
  }
}
