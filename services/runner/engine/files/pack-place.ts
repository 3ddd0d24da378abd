import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type Header, pack, type Pack } from 'tar-stream'
import { type Place, pathOf } from './place.ts'

/**
 * A tar of what is at `place`, under `name`: files, directories, and links as links. Devices and sockets are left out.
 * `undefined` when there is nothing.
 */
export async function packPlace(
  place: Place,
  name: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  signal.throwIfAborted()
  const path = await pathOf(place)
  const found = path === undefined ? undefined : await statsOf(path)
  signal.throwIfAborted()
  return path === undefined || found === undefined ? undefined : packed({ path, name }, signal)
}

interface Item {
  readonly path: string
  readonly name: string
}

/** Walks and packs in the background while what it yields is read. */
async function* packed(item: Item, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const tar = pack()
  const fail = (error: unknown) => tar.destroy(error instanceof Error ? error : null)
  const writing = packItem(item, { tar, names: new Map() }).then(() => tar.finalize(), fail)
  try {
    for await (const bytes of tar) {
      signal.throwIfAborted()
      if (bytes instanceof Uint8Array) yield bytes // always: the types of its streams do not say so
    }
  } finally {
    tar.destroy()
    await writing
  }
}

interface Packing {
  readonly tar: Pack
  /** Of files with several names, the first in the tar. */
  readonly names: Map<string, string>
}

async function packItem({ path, name }: Item, packing: Packing): Promise<void> {
  const found = await statsOf(path)
  if (found === undefined) return // it went while we walked
  const header = { name, mode: found.mode & 0o7777, mtime: found.mtime }
  if (found.isSymbolicLink()) return addEntry(packing, { ...header, type: 'symlink', linkname: await readlink(path) })
  if (found.isFile()) return packFile({ path, found, header }, packing)
  if (!found.isDirectory()) return
  await addEntry(packing, { ...header, name: `${name}/`, type: 'directory' })
  for (const child of (await readdir(path)).toSorted()) {
    await packItem({ path: join(path, child), name: `${name}/${child}` }, packing)
  }
}

type NamedHeader = Partial<Header> & Pick<Header, 'name'>

function addEntry({ tar }: Packing, header: NamedHeader): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  tar.entry(header, (error) => (error ? reject(error) : resolve()))
  return promise
}

interface FoundFile {
  readonly path: string
  readonly found: Stats
  readonly header: NamedHeader
}

async function packFile({ path, found, header }: FoundFile, packing: Packing): Promise<void> {
  const first = found.nlink > 1 ? nameOfFirst(found, header.name, packing) : header.name
  if (first !== header.name) return addEntry(packing, { ...header, type: 'link', linkname: first })
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const { size } = await file.stat()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const entry = packing.tar.entry({ ...header, type: 'file', size }, (error) => (error ? reject(error) : resolve()))
  promise.catch(() => undefined) // it is awaited below, but may reject before
  for (let offset = 0; offset < size && !packing.tar.destroying; ) {
    const bytes = await readAt(file, offset, Math.min(chunkBytes, size - offset))
    offset += bytes.length
    if (!entry.write(bytes) && !entry.destroying) await drained(entry)
  }
  entry.end(undefined)
  await promise
}

const chunkBytes = 256 * 1024

function nameOfFirst({ dev, ino }: Stats, name: string, { names }: Packing): string {
  const first = names.get(`${dev}:${ino}`) ?? name
  names.set(`${dev}:${ino}`, first)
  return first
}

/** Bytes of a file; zeros where it has become shorter, because its length is in the tar already. */
async function readAt(file: FileHandle, offset: number, lengthBytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(lengthBytes)
  const { bytesRead } = await file.read(buffer, 0, lengthBytes, offset)
  return bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead)
}

function drained(entry: ReturnType<Pack['entry']>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = () => {
    for (const event of ['drain', 'close'] as const) entry.off(event, end)
    resolve()
  }
  for (const event of ['drain', 'close'] as const) entry.on(event, end)
  return promise
}

async function statsOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  })
}
