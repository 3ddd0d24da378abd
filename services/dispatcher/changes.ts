import { type Clock, newId } from '@narwhal/host'
import type { Outcome } from '@narwhal/protocol'
import type { Store, StoreTables } from '@narwhal/store'

// 1. Everything that the dispatcher decides is decided inside one `change`: a transaction of the store.
// 2. Listeners hear of it only after the commit, so whoever is woken finds what he was woken for.
// 3. `work` may run more than once (the store repeats it after a conflict): it acts on nothing but `tables`.

/** One transaction of the dispatcher. */
export interface Change {
  readonly tables: StoreTables
  /** Milliseconds since the epoch; the same for all of one change. */
  readonly now: number
  newId(): string
  /** Tells the listeners, once committed. */
  touch(touched: Touched): void
}

/** What a change touched. */
export type Touched =
  /** A build or one of its jobs; `outcome` when the build ended just now. */
  | { readonly kind: 'build'; readonly buildId: string; readonly outcome?: Outcome }
  /** The log of an attempt grew. */
  | { readonly kind: 'log'; readonly attemptId: string }
  /** An attempt ended: a slot is free, its log is whole. */
  | { readonly kind: 'ended'; readonly attemptId: string }
  /** A job waits for a runner, or a place in a concurrency group is free. */
  | { readonly kind: 'queued' }
  /** A job that a runner holds is to stop. */
  | { readonly kind: 'stop'; readonly jobId: string; readonly because: string }
  /** A message waits to be published. */
  | { readonly kind: 'outbox' }

type Listener = (touched: readonly Touched[]) => void

export interface Changes {
  change<T>(work: (change: Change) => Promise<T>): Promise<T>
  /** Hears of every committed change that touched something; must not throw. */
  listen(listener: Listener): Disposable
}

/** The dispatcher's one way to its store. */
export function openChanges({ store, clock }: { readonly store: Store; readonly clock: Clock }): Changes {
  const listeners = new Set<Listener>()
  return {
    async change(work) {
      let touched: Touched[] = []
      const answer = await store.transaction((tables) => {
        touched = []
        const now = clock.now()
        return work({ tables, now, newId: () => newId(now), touch: (one) => void touched.push(one) })
      })
      if (touched.length > 0) for (const listener of listeners) listener(touched)
      return answer
    },
    listen(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
