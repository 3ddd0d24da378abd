import type { extract, pack } from 'tar-stream'

/** What tar-stream lets us write into. */
export type Pourable = ReturnType<typeof extract> | ReturnType<ReturnType<typeof pack>['entry']>

/** Writes all of `source` into a stream at the stream's speed, and ends it. Stops when the stream is destroyed. */
export async function pour(source: AsyncIterable<Uint8Array>, into: Pourable): Promise<void> {
  let wake = (): void => undefined
  const onChange = () => wake()
  into.on('drain', onChange)
  into.on('close', onChange)
  for await (const bytes of source) {
    if (into.destroying) return
    if (into.write(bytes) || into.destroying) continue
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  into.end(undefined)
}
