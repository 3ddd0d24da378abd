/**
 * Runs all of `works` side by side. When one fails the others are aborted; it rejects with the first failure once all
 * have ended, so that nothing is begun behind the back of whoever cleans up.
 */
export async function allTogether<T extends readonly unknown[]>(
  works: { readonly [I in keyof T]: (signal: AbortSignal) => Promise<T[I]> },
  signal: AbortSignal,
): Promise<T> {
  const other = new AbortController()
  const either = AbortSignal.any([signal, other.signal])
  const running = works.map((work: (signal: AbortSignal) => Promise<unknown>) => work(either))
  try {
    return (await Promise.all(running)) as unknown as T // `map` forgets that it was a tuple
  } catch (error) {
    other.abort(error)
    await Promise.allSettled(running)
    throw error
  }
}
