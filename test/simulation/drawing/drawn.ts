import type { Plan, PlannedJob } from '@narwhal/protocol'
import type { FaultKind } from './fault-kinds.ts'

// What is drawn before a schedule begins. Everything that has a name can be left out.

/** One step as it will behave. */
export interface DrawnStep {
  readonly name: string
  readonly durationMs: number
  /** Pieces of output, evenly over its time. */
  readonly pieces: number
  readonly pieceBytes: number
}

export interface DrawnJob {
  readonly planned: PlannedJob
  readonly steps: readonly DrawnStep[]
  /** So many of its first attempts fail, at the last step. */
  readonly failures: number
}

/** A commit that somebody pushes, and what its narwhal.yml says. */
export interface DrawnCommit {
  readonly name: string
  readonly repository: string
  readonly ref: string
  readonly sha: string
  readonly atMs: number
  /** The forge sends it again after so many milliseconds, each time: the same delivery, or the same body under another id. */
  readonly copies: readonly {
    readonly name: string
    readonly afterMs: number
    readonly kind: 'redelivered' | 'other-id'
  }[]
  readonly concurrency: Plan['concurrency']
  /** Empty: the file is broken. */
  readonly jobs: readonly DrawnJob[]
}

/** What somebody does by hand. */
export interface DrawnAct {
  readonly name: string
  readonly atMs: number
  readonly kind: 'cancel' | 'resubmit' | 'approve'
  /** Which of the builds there are then, and which of its jobs: in [0, 1). */
  readonly build: number
  readonly job: number
  /** So often the same request is sent. */
  readonly times: number
}

/** A fault at a moment. */
export interface DrawnFault {
  readonly name: string
  readonly kind: FaultKind
  readonly atMs: number
  readonly forMs: number
  /** The machine, where there is one. */
  readonly machine: string
  /** Another machine, for a partition. */
  readonly other?: string
  /** For a crash: not at the moment, but at this call of the machine. */
  readonly atCall?: number
}

export interface DrawnMachine {
  readonly name: string
  readonly drift: number
  readonly skewMs: number
}

export interface DrawnRunner extends DrawnMachine {
  readonly slots: number
  readonly labels: readonly string[]
}

export interface Drawn {
  readonly seed: number
  readonly agents: readonly DrawnMachine[]
  readonly dispatchers: readonly DrawnMachine[]
  readonly runners: readonly DrawnRunner[]
  readonly reporters: readonly DrawnMachine[]
  readonly leaseMs: number
  readonly heartbeatMs: number
  readonly store: 'plain' | 'sqlite'
  readonly commits: readonly DrawnCommit[]
  readonly acts: readonly DrawnAct[]
  readonly faults: readonly DrawnFault[]
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>
  /** Inputs and faults end. */
  readonly calmAtMs: number
}
