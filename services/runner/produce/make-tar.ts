import { type Pack, pack } from 'tar-stream'
import { pour } from './pour.ts'

/** What is said of an entry in front of its body. */
export type EntryHeader = Parameters<Pack['entry']>[0]

/** Adds an entry; resolves once the tar has taken it. */
export type AddEntry = (header: EntryHeader, body?: AsyncIterable<Uint8Array>) => Promise<void>

/** A tar that `fill` writes as fast as it is read. Its reader gets what `fill` throws. */
export async function* makeTar(fill: (add: AddEntry) => Promise<void>): AsyncIterable<Uint8Array> {
  const tar = pack()
  const filled = fill((header, body) => addEntry(tar, header, body)).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  )
  try {
    for await (const bytes of tar) if (bytes instanceof Uint8Array) yield bytes // always: streamx does not type it
  } finally {
    tar.destroy()
    await filled
  }
}

function addEntry(tar: Pack, header: EntryHeader, body: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = tar.entry(header, (error) => (error ? reject(error) : resolve()))
    sink.on('error', () => undefined) // the callback tells it
    if (header.type !== 'file') return
    pour(body ?? nothing(), sink).catch((error: Error) => {
      reject(error) // the callback does not know why
      sink.destroy(error)
    })
  })
}

async function* nothing(): AsyncIterable<Uint8Array> {}
