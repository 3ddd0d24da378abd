import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header, type Pack, pack } from 'tar-stream'

export type TarEntry = Partial<Header> & Pick<Header, 'name'>

export interface RewriteOptions {
  /** Entries, without content, that come before all others. */
  readonly first?: readonly TarEntry[]
  /** The entries that take the place of one; the last of them gets its content. It may throw. */
  readonly rewrite: (entry: Header) => readonly TarEntry[]
}

/** A tar with other headers. Contents pass through as they come: nothing is kept. Throws what `tar` and `rewrite` throw. */
export async function* rewriteTar(
  tar: AsyncIterable<Uint8Array>,
  { first = [], rewrite }: RewriteOptions,
): AsyncGenerator<Uint8Array> {
  const [entries, rewritten] = [extract(), pack()]
  const moving = move()
  try {
    yield* bytesOf(rewritten)
  } finally {
    rewritten.destroy()
    entries.destroy()
    await moving
  }

  async function move(): Promise<void> {
    try {
      for (const entry of first) await addEntry(rewritten, entry, [])
      const feeding = pipeline(Readable.from(tar, { objectMode: false }), entries) // not before: entries wait for nobody
      feeding.catch(() => undefined) // whoever reads the entries hears of it, too
      for await (const entry of entries) {
        const headers = rewrite(entry.header)
        for (const header of headers.slice(0, -1)) await addEntry(rewritten, header, [])
        const header = headers.at(-1)
        if (header === undefined) entry.resume()
        else await addEntry(rewritten, header, bytesOf(entry))
      }
      await feeding
      rewritten.finalize()
    } catch (error) {
      rewritten.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

async function addEntry(
  tar: Pack,
  header: TarEntry,
  content: AsyncIterable<Uint8Array> | readonly Uint8Array[],
): Promise<void> {
  const added = Promise.withResolvers<void>()
  const entry = tar.entry(header, (error) => (error ? added.reject(error) : added.resolve()))
  added.promise.catch(() => undefined) // it is awaited below, but may reject before
  entry.on('error', () => undefined) // the callback tells it
  const closed = new Promise<void>((resolve) => entry.once('close', resolve))
  for await (const bytes of content) {
    if (entry.destroyed) break
    if (!entry.write(bytes)) await Promise.race([new Promise<void>((resolve) => entry.once('drain', resolve)), closed])
  }
  entry.end(null)
  await added.promise
}

/** The types of tar-stream leave open what its streams carry. */
function bytesOf(stream: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  return stream as AsyncIterable<Uint8Array>
}
