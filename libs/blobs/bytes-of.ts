/** The chunks of `source`, until `signal` is aborted. */
export async function* bytesOf(
  source: AsyncIterable<Uint8Array> | Uint8Array,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  signal.throwIfAborted()
  if (source instanceof Uint8Array) return yield source
  for await (const chunk of source) {
    signal.throwIfAborted()
    yield chunk
  }
}
