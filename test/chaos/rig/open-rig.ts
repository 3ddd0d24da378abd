import type { Ledger } from '../ledger/ledger.ts'
import { openEmbeddedRig } from './embedded-rig.ts'
import type { Rig } from './rig.ts'

/** Short, so that what dies is missed soon: in milliseconds. */
const leaseMs = 8_000

export function openRig(_mode: Rig['mode'], ledger: Ledger): Promise<Rig> {
  return openEmbeddedRig({ ledger, leaseMs })
}
