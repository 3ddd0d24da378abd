import { inBackground } from '../core/in-background.ts'
import { takeOverChance } from '../core/one-source.ts'
import { brokenOutcome } from '../broken-outcome.ts'
import type { Violation } from '../simulate.ts'
import type { LaneAnswer, LaneOrder } from './lane-messages.ts'

// One of the OS processes that simulate at the same time. It is told of seeds and answers with what they came to; all chance in
// it is taken over before anything of Narwhal is loaded.

takeOverChance()
const { openPlatters } = await import('../machines/platters.ts')
const { simulate } = await import('../simulate.ts')
const platters = await openPlatters()

const answer = (message: LaneAnswer) => process.send?.(message)
let rejection: unknown
process.on('unhandledRejection', (error) => void (rejection ??= error))

process.on('message', (order: LaneOrder) => inBackground(simulateAll(order)))
process.on('disconnect', () => process.exit()) // whoever asked is gone
answer({ type: 'idle' })

async function simulateAll({ seeds, kept, keepsTrace, isLong }: LaneOrder): Promise<void> {
  for (const seed of seeds) {
    answer({ type: 'begins', seed })
    const keep = kept === undefined ? undefined : new Set(kept)
    const outcome = await simulate(seed, { platters, kept: keep, keepsTrace, isLong }).catch((error: unknown) =>
      brokenOutcome(seed, `it could not be simulated: ${error instanceof Error ? error.stack : String(error)}`),
    )
    const violations = [...outcome.violations, ...unheard(outcome.virtualMs)]
    const decisions = violations.length > 0 || keepsTrace ? outcome.decisions : []
    answer({ type: 'ended', outcome: { ...outcome, violations, decisions } })
  }
  answer({ type: 'idle' })
}

/** An error of the schedule that just ended that nobody has heard of. */
function unheard(atMs: number): readonly Violation[] {
  const error = rejection
  rejection = undefined
  if (error === undefined) return []
  const text = error instanceof Error ? error.message : JSON.stringify(error)
  return [{ invariant: 'I0', what: `nobody heard of an error: ${text}`, atMs }]
}
