/** What is in the network of a job: containers and sidecars. Disposing removes all of them side by side. */
export interface Guests extends AsyncDisposable {
  add<T extends AsyncDisposable>(one: T): T
}

/** Nobody yet. */
export function openGuests(): Guests {
  const all = new Set<AsyncDisposable>()
  return {
    add(one) {
      all.add(one)
      return one
    },
    async [Symbol.asyncDispose]() {
      const removed = await Promise.allSettled([...all].map((one) => one[Symbol.asyncDispose]()))
      for (const end of removed) if (end.status === 'rejected') throw end.reason
    },
  }
}
