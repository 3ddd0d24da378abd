import type { Change } from './changes.ts'

// Waiting for a runner counts only while there are dispatchers that would have leased: an outage must not end, as it is over,
// what waited through it. Both moments are in the store, so that all dispatchers know of an outage that one has noticed, and
// one that is only started anew counts on. They are of the wall clock, as are the times of jobs: a machine that slept was away.

/** So long without a look is an outage, in milliseconds. */
const outageMs = 5 * 60_000
const noteEveryMs = 60_000
const lookedAt = 'looked at waiting jobs'
const unbrokenSince = 'looked at waiting jobs ever since'

/** To be asked at each look: for how long somebody looked again and again, in milliseconds. */
export async function lookedForMs({ tables: { marks }, now }: Change): Promise<number> {
  const last = await marks.find(lookedAt)
  if (last === undefined || now - last >= noteEveryMs) await marks.put(lookedAt, now) // a clock that is behind takes nothing back
  const since = await marks.find(unbrokenSince)
  const isBroken = last === undefined || since === undefined || now - last > outageMs || since > now
  if (isBroken) await marks.put(unbrokenSince, now)
  return isBroken ? 0 : now - since
}
