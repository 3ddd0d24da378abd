import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { extract, type Header, pack } from 'tar-stream'

/** An entry of a tar as tests compare it. */
export type Packed =
  | { readonly type: 'file'; readonly mode: number; readonly content: string }
  | { readonly type: 'directory'; readonly mode: number }
  | { readonly type: 'symlink' | 'link'; readonly target: string }

/** The entries of a tar by their names, directories without the slash behind. */
export async function readTar(tar: AsyncIterable<Uint8Array>): Promise<Readonly<Record<string, Packed>>> {
  const entries: Record<string, Packed> = {}
  const reading = extract()
  const bytes = await buffer(Readable.from(tar))
  reading.end(bytes)
  for await (const entry of reading) {
    const { name, type, mode, linkname } = entry.header
    const content = (await Array.fromAsync(entry)).join('')
    const path = name.replace(/\/$/, '')
    if (type === 'directory') entries[path] = { type, mode: mode & 0o777 }
    else if (type === 'symlink' || type === 'link') entries[path] = { type, target: linkname }
    else entries[path] = { type: 'file', mode: mode & 0o777, content }
  }
  return entries
}

export type TarEntry = Partial<Header> & Pick<Header, 'name'> & { readonly content?: string }

/** A tar of these entries, whatever their names say. */
export function tarOf(entries: readonly TarEntry[]): AsyncIterable<Uint8Array> {
  const tar = pack()
  for (const { content, ...header } of entries) {
    if (content === undefined) tar.entry(header)
    else tar.entry(header, content)
  }
  tar.finalize()
  return bytesOf(tar)
}

async function* bytesOf(tar: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes
}
