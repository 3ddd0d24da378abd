import { createReadStream } from 'node:fs'

/** The bytes of a file, which is opened only once somebody reads them. */
export async function* fileBytes(path: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(path)
}
