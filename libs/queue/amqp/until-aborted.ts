/** Resolves when the first of `signals` aborts. */
export async function untilAborted(signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some((signal) => signal.aborted)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = new AbortController()
  for (const signal of signals) signal.addEventListener('abort', () => resolve(), { signal: done.signal })
  await promise
  done.abort()
}
