import { type Clock, openWake, startLoop, wakeOrSleep } from '@narwhal/host'
import { type LeftoverDeps, leftoverRemoval } from './remove-leftovers.ts'

/** How often somebody looks for what nobody told of, in milliseconds. */
const lookMs = 60_000

export interface Leftovers extends AsyncDisposable {
  /** Resolves once those of a former life are gone. */
  readonly removed: Promise<void>
  /** Something is left over again. */
  readonly retry: () => void
}

/** Removes leftovers now, whenever told to, and from time to time; again and again until it succeeds. */
export function startLeftovers(deps: LeftoverDeps & { readonly clock: Clock }): Leftovers {
  const removeLeftovers = leftoverRemoval(deps)
  const wake = openWake()
  const first = Promise.withResolvers<void>()
  const turn = async (signal: AbortSignal) => {
    await wakeOrSleep(wake, lookMs, { clock: deps.clock, signal })
    try {
      await removeLeftovers()
      first.resolve()
    } catch (error) {
      wake.wake()
      throw error
    }
  }
  wake.wake()
  const loop = startLoop(turn, { name: 'remove-leftovers', ...deps })
  return { removed: first.promise, retry: wake.wake, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() }
}
