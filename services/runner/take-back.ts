import type { Log } from '@narwhal/host'
import type { AttemptStop } from './attempt-stop.ts'
import { type FormerAttempt, hasBegun, readFormer } from './journal/former-attempt.ts'
import type { Journals } from './journal/journal.ts'
import type { Slots } from './slots.ts'

// What becomes of the attempts that a runner held when it was killed:
// 1. A result that was kept is told.
// 2. What had not come to its first step, a plan too, is begun again within the same attempt.
// 3. What had steps is gone on with, if they go on without a runner: each in a container that can be adopted.
// 4. The rest is not held any more: the dispatcher hears so at registration, and gives it away.

export interface TakeBackDeps {
  readonly journals: Journals
  readonly slots: Slots
  /** The engine adopts containers. */
  readonly adopts: boolean
  readonly log: Log
}

/** An attempt of a former life that is held again. */
export interface TakenBack {
  readonly former: FormerAttempt
  readonly stop: AttemptStop
}

/** Holds again what a former life of the runner held and this one can go on with. */
export async function takeBack({ journals, slots, adopts, log }: TakeBackDeps): Promise<readonly TakenBack[]> {
  const kept = await journals.readAll()
  return kept.flatMap((journal) => {
    const former = readFormer(journal)
    if (former === undefined) return []
    const { offer, end } = former
    const inSlot = end === undefined || end.plan !== undefined
    const stop =
      !hasBegun(former) || (adopts && goesOn(former)) ? slots.takeBack(offer.attemptId, { inSlot }) : undefined
    const becomes = stop === undefined ? 'is lost' : 'is gone on with'
    log.info({ attemptId: offer.attemptId }, `an attempt of the former life of this runner ${becomes}`)
    return stop === undefined ? [] : [{ former, stop }]
  })
}

function goesOn({ prepared, steps }: FormerAttempt): boolean {
  return (
    prepared !== undefined && [...steps.values()].every(({ begun, ended }) => ended !== undefined || begun?.outlives)
  )
}
