import type { Canary } from '../../real/canary/make-canary.ts'
import { foundIn, placesNow } from '../checks/check-secrets.ts'
import type { Rig } from '../rig/rig.ts'

/** Where secrets were looked for while jobs ran, and where they were found. */
export interface Sampled {
  readonly places: number
  readonly found: readonly string[]
}

const everyMs = 15_000

/** Looks at the engine, the processes and the metrics now and then. */
export function startSampling(rig: Rig, canary: Canary): Sampled & Disposable {
  const sampled = { places: 0, found: [] as string[] }
  const look = async () => {
    const places = await placesNow(rig)
    sampled.places += places.length
    sampled.found.push(...foundIn(canary, places))
  }
  const timer = setInterval(() => void look().catch(() => undefined), everyMs) // what goes meanwhile is gone
  return Object.assign(sampled, { [Symbol.dispose]: () => clearInterval(timer) })
}
