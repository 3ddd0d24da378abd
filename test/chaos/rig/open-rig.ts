import type { Ledger } from '../ledger/ledger.ts'
import { openClusterRig } from './cluster-rig.ts'
import { openEmbeddedRig } from './embedded-rig.ts'
import type { Rig } from './rig.ts'

/** Short, so that what dies is missed soon: in milliseconds. */
const leaseMs = 8_000

export function openRig(mode: Rig['mode'], ledger: Ledger): Promise<Rig> {
  return mode === 'cluster' ? openClusterRig({ ledger, leaseMs }) : openEmbeddedRig({ ledger, leaseMs })
}
