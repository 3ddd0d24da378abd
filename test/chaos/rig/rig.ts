import type { ClusterTokens } from '../../real/cluster-programs.ts'
import type { StandInGitHub } from '../../real/stand-in-github.ts'
import type { Suspects } from '../../real/what-is-left.ts'
import type { Targets } from '../plan/plan-faults.ts'
import type { FaultProxy } from '../proxy/fault-proxy.ts'
import type { KeptProgram } from './kept-program.ts'
import type { SmallDisk } from './small-disk.ts'

/** A broker or a database that can die and come back with what it has kept. */
export interface Backing {
  stop(): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
}

/** Everything real that a plan is played on. Disposing ends and removes it all. */
export interface Rig extends AsyncDisposable, Suspects {
  readonly mode: 'embedded' | 'cluster'
  /** The directory of everything that it keeps. */
  readonly root: string
  readonly tokens: Pick<ClusterTokens, 'api' | 'webhook'>
  readonly programs: readonly KeptProgram[]
  readonly links: readonly FaultProxy[]
  readonly disks: readonly SmallDisk[]
  readonly broker?: Backing
  readonly database?: Backing
  /** What broker and database hold just now, for whoever looks for what got stuck. */
  describe?(): Promise<unknown>
  readonly github: StandInGitHub
  /** Where deliveries go: through a proxy, one for each agent. */
  readonly agentUrls: readonly string[]
  /** Where the REST API is asked, past all proxies. */
  readonly restUrls: readonly string[]
  /** Directories of result files. */
  readonly results: string
  /** Slots of each runner. */
  readonly slots: number
  /** Messages in the queue that nobody can read. */
  readonly poisoned: number
  readonly repositories: string
  /** The dispatcher's store: the path of an SQLite file, or a URL of PostgreSQL. */
  readonly store: string
}

/** What a plan can break. */
export function targetsOf({ programs, links, disks, broker, database }: Omit<Rig, keyof AsyncDisposable>): Targets {
  return {
    programs: programs.map(({ name }) => name),
    links: links.map(({ name }) => name),
    disks: disks.map(({ name }) => name),
    hasBroker: broker !== undefined,
    hasDatabase: database !== undefined,
  }
}
