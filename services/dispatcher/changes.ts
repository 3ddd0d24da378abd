import { type Clock, newId } from '@narwhal/host'
import type { Outcome } from '@narwhal/protocol'
import type { Store, StoreTables } from '@narwhal/store'

// 1. Everything that the dispatcher decides is decided inside one `change`: a transaction of the store.
// 2. Listeners hear of it only after the commit, so whoever is woken finds what he was woken for.
// 3. What is touched here, other dispatchers on the same store hear too: but for `stop`, since one of them telling the runner
//    is enough, and for the outcome of a build, which is counted once.
// 4. `work` may run more than once (the store repeats it after a conflict): it acts on nothing but `tables`.

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
  /** A runner registered, or was heard of after a silence. */
  | { readonly kind: 'runner'; readonly runnerId: string }
  /** Other dispatchers may have touched anything. */
  | { readonly kind: 'missed' }

type Listener = (touched: readonly Touched[]) => void

export interface Changes extends AsyncDisposable {
  change<T>(work: (change: Change) => Promise<T>): Promise<T>
  /** Hears of every committed change that touched something, here or in another dispatcher; must not throw. */
  listen(listener: Listener): Disposable
  /**
   * Does what one of several dispatchers does for all, if it is this one's turn, and gives the turn up when `work` throws:
   * another one may reach what this one does not.
   *
   * @returns what `work` returns, `undefined` when it is not our turn.
   */
  inTurn<T>(name: Turn, work: () => Promise<T>): Promise<T | undefined>
}

/** It would harm nothing but time if two did it; nothing between a commit and its result waits for a turn. */
export type Turn = 'relay' | 'seal' | 'expire'

/** The dispatcher's one way to its store. */
export function openChanges({ store, clock }: { readonly store: Store; readonly clock: Clock }): Changes {
  const listeners = new Set<Listener>()
  const tell = (touched: readonly Touched[]) => {
    for (const listener of listeners) listener(touched)
  }
  const peers = store.openPeers({
    clock,
    heard: (messages) => tell(messages.map((message) => JSON.parse(message) as Touched)), // written by `messagesOf`
    missed: () => tell([{ kind: 'missed' }]),
  })
  return {
    async change(work) {
      let touched: Touched[] = []
      const answer = await store.transaction((tables) => {
        touched = []
        const now = clock.now()
        return work({ tables, now, newId: () => newId(now), touch: (one) => void touched.push(one) })
      })
      if (touched.length === 0) return answer
      tell(touched)
      peers.tell(messagesOf(touched))
      return answer
    },
    listen(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    async inTurn(name, work) {
      if (!(await peers.hasTurn(name))) return undefined
      try {
        return await work()
      } catch (error) {
        await peers.passTurn(name)
        throw error
      }
    },
    [Symbol.asyncDispose]: () => peers[Symbol.asyncDispose](),
  }
}

/** What other dispatchers are told. */
function messagesOf(touched: readonly Touched[]): readonly string[] {
  return touched
    .filter(({ kind }) => kind !== 'stop')
    .map((one) => JSON.stringify(one.kind === 'build' ? { kind: one.kind, buildId: one.buildId } : one))
}
