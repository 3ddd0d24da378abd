/** The part of a clock that a queue needs; the one of `@narwhal/host` fits. Milliseconds. */
export interface QueueClock {
  /** Never jumps; only differences mean something. */
  monotonic(): number
  /** Rejects when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
