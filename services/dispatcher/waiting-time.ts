import type { Clock } from '@narwhal/host'
import type { Changes } from './changes.ts'

// Waiting for a runner counts only while there are dispatchers that would have leased: an outage must not end, as it is over,
// what waited through it. The last look is noted in the store, so that a dispatcher that is only started anew counts on.

/** So long without a look is an outage, in milliseconds. */
const outageMs = 5 * 60_000
const noteEveryMs = 60_000
const mark = 'looked at waiting jobs'

/** The time for which jobs have waited while somebody looked. */
export interface WaitingTime {
  /** To be asked at each look: for how long nobody was away, in milliseconds; longer than any limit where nobody knows better. */
  unbrokenMs(): Promise<number>
}

export function openWaitingTime({ changes, clock }: { readonly changes: Changes; readonly clock: Clock }): WaitingTime {
  let lookedAt: number | undefined
  let notedAt = Number.NEGATIVE_INFINITY
  let since = Number.NEGATIVE_INFINITY

  async function wasAway(now: number): Promise<boolean> {
    if (lookedAt !== undefined) return now - lookedAt > outageMs
    const last = await changes.change(({ tables }) => tables.marks.find(mark))
    return last === undefined || clock.now() - last > outageMs
  }

  return {
    async unbrokenMs() {
      const now = clock.monotonic()
      if (await wasAway(now)) since = now
      lookedAt = now
      if (now - notedAt >= noteEveryMs) {
        await changes.change((change) => change.tables.marks.put(mark, change.now))
        notedAt = now
      }
      return now - since
    },
  }
}
