import { extract, type Header } from 'tar-stream'
import { pour } from './pour.ts'

/** An entry of a tar. Its body is to be read before the next one is asked for; what is not read is thrown away. */
export interface TarEntry {
  readonly header: Header
  readonly body: AsyncIterable<Uint8Array>
}

/** The entries of a tar as they come. @throws what the tar throws; an error when it is none. */
export async function* readEntries(tar: AsyncIterable<Uint8Array>): AsyncIterable<TarEntry> {
  const entries = extract()
  let failure: { readonly reason: unknown } | undefined
  const poured = pour(tar, entries).catch((reason: unknown) => {
    failure = { reason }
    entries.destroy(reason instanceof Error ? reason : null)
  })
  // Of a stream that was destroyed before it is read nobody hears why.
  const telling = async function* <T>(source: AsyncIterable<T>): AsyncIterable<T> {
    try {
      yield* source
    } catch (error) {
      throw failure === undefined ? error : failure.reason
    }
  }
  try {
    for await (const entry of telling(entries)) {
      yield { header: entry.header, body: telling(bytesOf(entry)) }
      entry.resume()
    }
  } finally {
    entries.destroy()
    await poured
  }
}

async function* bytesOf(entry: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  for await (const bytes of entry) if (bytes instanceof Uint8Array) yield bytes // always: streamx does not type it
}
