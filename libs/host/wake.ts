/** Lets one part of a process wake another, so that nothing has to poll. A wake that nobody waits for is kept. */
export interface Wake {
  wake(): void
  /** Resolves at the next wake, or at once when one is kept; rejects with the signal's reason when aborted. */
  next(signal: AbortSignal): Promise<void>
}

/** For one waiting loop. */
export function openWake(): Wake {
  let kept = false
  let waiting: (() => void) | undefined
  return {
    wake() {
      if (waiting === undefined) kept = true
      waiting?.()
    },
    next(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const onAbort = () => {
          waiting = undefined
          reject(signal.reason)
        }
        const onWake = () => {
          waiting = undefined
          kept = false
          signal.removeEventListener('abort', onAbort)
          resolve()
        }
        if (kept) return onWake()
        signal.addEventListener('abort', onAbort, { once: true })
        waiting = onWake
      })
    },
  }
}
