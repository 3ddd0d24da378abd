import { constants } from 'node:fs'
import { chmod, link, lstat, mkdir, open, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { problem } from '@narwhal/protocol'
import { extract, type Extract, type ExtractEvents, type Header } from 'tar-stream'
import type { Place } from './place.ts'

// 1. A name leads down from the directory and nowhere else: `..`, absolute names and NULs end the unpacking.
// 2. No link is ever followed, whether the archive brought it or it was there: each directory on the way is looked at.
// 3. What stands where a file is to come is taken away, not written through. Links are made as they are.
// 4. Devices and FIFOs are left out; setuid and its like are not given.

/**
 * Unpacks a tar into the directory at `place`, which is made when it is not there.
 *
 * @throws ENGINE_REFUSED when it wants to get out, DISK_FULL, what `tar` throws, or the signal's reason.
 */
export async function unpackPlace(place: Place, tar: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const entries = extract()
  const source: Source = { tar, broken: undefined }
  try {
    const directory = await directoryAt(place.root, place.parts)
    const feeding = feed(source, entries, signal) // nothing may come between: entries that nobody waits for are lost
    const modes = new Map<string, number>()
    for await (const entry of entries) await unpackEntry(entry, { directory, modes })
    await feeding
    for (const [path, mode] of [...modes].toReversed()) {
      if (await isStillThere(directory, path)) await chmod(path, mode) // last: they may forbid to write in them
    }
  } catch (error) {
    entries.destroy()
    throw signal.aborted ? signal.reason : unpackProblem(source.broken ?? error) // a tar that hangs is not waited for
  }
}

/** Whether `path` and all above it are directories: a later entry of the archive may have put a link in the place of one. */
async function isStillThere(directory: string, path: string): Promise<boolean> {
  for (let at = path; at.length > directory.length; at = dirname(at)) {
    const isDirectory = await lstat(at).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (!isDirectory) return false
  }
  return true
}

interface Source {
  readonly tar: AsyncIterable<Uint8Array>
  /** What it has thrown. */
  broken: unknown
}

/** Writes the tar into `entries`, which ends or is destroyed in the end. It does not throw. */
async function feed(source: Source, entries: Extract, signal: AbortSignal): Promise<void> {
  const stop = () => entries.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const bytes of source.tar) {
      if (entries.destroying) return
      if (!entries.write(bytes)) await drained(entries)
    }
    entries.end(undefined)
  } catch (error) {
    source.broken = error
    entries.destroy(error instanceof Error ? error : null)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function drained(entries: Extract): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = () => {
    for (const event of ['drain', 'close'] as const) entries.off(event, end)
    resolve()
  }
  for (const event of ['drain', 'close'] as const) entries.on(event, end)
  return promise
}

interface Unpacking {
  readonly directory: string
  /** Of the directories that the archive brings. */
  readonly modes: Map<string, number>
}

async function unpackEntry(entry: Entry, { directory, modes }: Unpacking): Promise<void> {
  const { name, type, linkname, mode } = entry.header
  const parts = partsOf(name)
  const last = parts.at(-1)
  if (last !== undefined && type === 'directory') modes.set(await directoryAt(directory, parts), mode & 0o777)
  else if (last !== undefined && isUnpacked(type)) {
    const path = join(await directoryAt(directory, parts.slice(0, -1)), last)
    const source = type === 'link' ? await fileAt(directory, partsOf(linkname)) : undefined
    if (source !== path) await rm(path, { recursive: true, force: true })
    if (source !== undefined && source !== path) await link(source, path)
    else if (type === 'symlink') await symlink(linkname, path)
    else if (source === undefined) return writeNew(path, entry)
  }
  for await (const _ of entry) continue // the next entry waits for the end of this one
}

/** An entry while it is read; tar-stream does not export its name. */
type Entry = ExtractEvents['entry'][1]

function isUnpacked(type: Header['type']): boolean {
  return type === 'file' || type === 'contiguous-file' || type === 'symlink' || type === 'link'
}

async function writeNew(path: string, entry: Entry): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  for await (const bytes of entry) if (bytes instanceof Uint8Array) await file.write(bytes)
  await file.chmod(entry.header.mode & 0o777)
}

/** The directory below `root`, made where it is missing. */
async function directoryAt(root: string, parts: readonly string[]): Promise<string> {
  let path = root
  await mkdir(root, { recursive: true })
  for (const part of parts) {
    path = join(path, part)
    const made = await mkdir(path).then(
      () => true,
      (error: unknown) => codeOf(error) !== 'EEXIST' && Promise.reject(error),
    )
    if (!made && !(await lstat(path)).isDirectory()) throw refusal(`${path} stands in the way and is no directory`)
  }
  return path
}

/** A regular file below `root`, to which a hard link may be made. */
async function fileAt(root: string, parts: readonly string[]): Promise<string> {
  const path = join(await directoryAt(root, parts.slice(0, -1)), parts.at(-1) ?? '.')
  if (!(await lstat(path)).isFile()) throw refusal(`the archive links to ${path}, which is no file`)
  return path
}

function partsOf(name: string): readonly string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (name.startsWith('/') || name.includes('\0') || parts.includes('..')) {
    throw refusal(`the archive has the name ${JSON.stringify(name.slice(0, 200))}, which leads out of it`)
  }
  return parts
}

function refusal(detail: string): Error {
  return problem('ENGINE_REFUSED', `Files could not be unpacked: ${detail}.`)
}

function unpackProblem(error: unknown): unknown {
  const code = codeOf(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return problem('DISK_FULL', 'There is no space for the files to unpack.', { cause: error })
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
