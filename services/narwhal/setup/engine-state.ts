import type { SetupContext } from './setup-context.ts'
import { askEngine } from './ask-engine.ts'
import type { EngineAddress } from './engine-address.ts'

/** `forbidden`: it is there, but this user may not talk to it. `silent`: something is there, but no engine speaks. */
export type EngineState = 'answers' | 'absent' | 'forbidden' | 'silent'

/** An engine that takes longer to answer a ping is of no use, in milliseconds. */
const pingLimitMs = 5000
const pauseMs = 100

/** Whether an engine answers at `address` now. */
export async function engineState(address: EngineAddress, signal: AbortSignal): Promise<EngineState> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(pingLimitMs)])
  try {
    const { status } = await askEngine(address, { method: 'GET', path: '/_ping', signal: limited })
    return status === 200 ? 'answers' : 'silent'
  } catch (error) {
    signal.throwIfAborted()
    return stateOfFailure(error)
  }
}

function stateOfFailure(error: unknown): EngineState {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EACCES' || code === 'EPERM') return 'forbidden'
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR' ? 'absent' : 'silent'
}

export interface EngineWait extends Pick<SetupContext, 'clock' | 'signal'> {
  readonly limitMs: number
  /** Ends the wait early: what should answer has ended. */
  readonly isOver?: () => Promise<boolean>
}

/** Waits until an engine answers at `address`; `false` when it did not within `limitMs`. */
export async function isEngineUpWithin(address: EngineAddress, wait: EngineWait): Promise<boolean> {
  const { clock, signal, limitMs, isOver } = wait
  const endAt = clock.monotonic() + limitMs
  while ((await engineState(address, signal)) !== 'answers') {
    if (clock.monotonic() >= endAt || (await isOver?.()) === true) return false
    await clock.sleep(pauseMs, signal)
  }
  return true
}
