import type { World } from '../core/world.ts'
import type { Machine } from '../core/machine.ts'
import type { Around } from '../machines/around.ts'
import type { People } from '../world/people.ts'
import type { Disk } from '../world/disk.ts'
import type { JournalShelf } from '../world/journals.ts'
import type { StoreChange } from '../world/store/store-changes.ts'
import type { Ledger } from './ledger.ts'

/** What an oracle sees: everything from outside of the machines. */
export interface Facts {
  readonly world: World
  readonly around: Around
  readonly ledger: Ledger
  readonly people: People
  readonly machines: ReadonlyMap<string, Machine>
  readonly disks: ReadonlyMap<string, Disk>
  /** Journals, by runner. */
  readonly shelves: ReadonlyMap<string, JournalShelf>
}

/** Watches one invariant, by what it sees and its own notes. */
export interface Oracle {
  /** A committed change, in the order of the commits, with all of its transaction. The ledger has it already. */
  onChange?(change: StoreChange, together: readonly StoreChange[]): void
  /** In the calm, again and again, until it is quiet. */
  onCalm?(sinceMs: number): void
  /** Once faults and inputs have ended and the bound has passed. */
  onQuiet?(): void | Promise<void>
}

export type OpenOracle = (facts: Facts) => Oracle
