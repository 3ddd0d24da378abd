// What processes on one store tell one another. Order of calls: `openPeers` of the store, then both as often as needed, then dispose.
//
// 1. Messages are hints: one that is lost is never sent again. After a time in which some may have been, everybody hears
//    `missed` once; so whoever waits for a message also looks by himself now and then.
// 2. Nobody hears of his own messages.
// 3. A turn is with one process at a time, and passes on when that process ends, does not answer for some seconds, or says
//    that it cannot do what its turn is for. One that stood still may go on as if it still had the turn: a turn saves work,
//    it is no lock.

/** The other processes on the same store. */
export interface Peers extends AsyncDisposable {
  /** Tells all others, in about this order; does not wait. At most 1,000 characters each. */
  tell(messages: readonly string[]): void
  /** Whether the turn of this name is with us; when nobody has it, it is from now on. */
  hasTurn(name: string): Promise<boolean>
  /** Leaves the turn to others for some seconds; after that, `hasTurn` takes it again unless one of them has. */
  passTurn(name: string): Promise<void>
}

/** What is heard of others. */
export interface PeersOptions {
  readonly clock: PeersClock
  readonly heard: (messages: readonly string[]) => void
  /** Messages may have been lost. */
  readonly missed: () => void
}

/** The part of a clock that is needed; the one of `@narwhal/host` fits. Milliseconds. */
export interface PeersClock {
  /** Never jumps; only differences mean something. */
  monotonic(): number
  /** Rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** For a store that only one process can have open. */
export const noPeers: Peers = {
  tell: () => undefined,
  hasTurn: async () => true,
  passTurn: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}
