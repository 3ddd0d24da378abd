import { takeOverChance } from '../core/one-source.ts'
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

process.on('message', ({ seeds, kept, keepsTrace, isLong }: LaneOrder) => {
  void (async () => {
    for (const seed of seeds) {
      answer({ type: 'begins', seed })
      const keep = kept === undefined ? undefined : new Set(kept)
      const outcome = await simulate(seed, { platters, kept: keep, keepsTrace, isLong })
      const violations =
        rejection === undefined
          ? outcome.violations
          : [
              ...outcome.violations,
              {
                invariant: 'I0',
                what: `nobody heard of an error: ${rejection instanceof Error ? rejection.message : 'no error'}`,
                atMs: outcome.virtualMs,
              },
            ]
      rejection = undefined
      answer({
        type: 'ended',
        outcome: { ...outcome, violations, decisions: violations.length > 0 || keepsTrace ? outcome.decisions : [] },
      })
    }
    answer({ type: 'idle' })
  })()
})
process.on('disconnect', () => process.exit()) // whoever asked is gone
answer({ type: 'idle' })
