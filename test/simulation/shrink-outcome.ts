import type { Lanes } from './lane/open-lanes.ts'
import { shrink } from './shrink.ts'
import type { Outcome } from './simulate.ts'

/** Schedules that are tried to make one shorter. */
const tries = 400

/** The same violation with fewer commits, machines and faults. */
export async function shrinkOutcome(failed: Outcome, lanes: Lanes, width: number): Promise<Outcome> {
  const attempt = (kept: readonly string[]) =>
    lanes.simulate({ seed: failed.seed, kept, keepsTrace: true, isLong: false })
  const whole = await attempt(failed.decisions)
  if (whole.violations.length === 0) return failed
  return shrink(whole, attempt, { tries, width })
}
