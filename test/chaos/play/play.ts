import type { Ledger } from '../ledger/ledger.ts'
import type { Rest } from '../rig/rest.ts'
import type { Rig } from '../rig/rig.ts'

/** What everybody who plays a part of a plan needs. */
export interface Play {
  readonly rig: Rig
  readonly rest: Rest
  readonly ledger: Ledger
  /** Resolves that many milliseconds after the plan began. */
  due(atMs: number): Promise<void>
  sleep(ms: number): Promise<void>
  readonly signal: AbortSignal
}
