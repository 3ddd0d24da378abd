/** Wakes whoever waits. A ring that nobody waits for is forgotten: look for what you wait for, then wait. */
export interface Bell {
  ring(): void
  /** Resolves at the next ring. */
  rung(): Promise<void>
}

/** A bell that nobody waits for yet. */
export function newBell(): Bell {
  let next = Promise.withResolvers<void>()
  return {
    ring() {
      next.resolve()
      next = Promise.withResolvers<void>()
    },
    rung: () => next.promise,
  }
}
