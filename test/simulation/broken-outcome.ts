import type { Outcome } from './simulate.ts'

/** What a schedule came to that could not be simulated to its end. */
export function brokenOutcome(seed: number, why: string): Outcome {
  return {
    ...{ seed, hash: '', violations: [{ invariant: 'I0', what: why, atMs: 0 }] },
    ...{ injected: {}, builds: 0, attempts: 0, virtualMs: 0, decisions: [], lines: [], sizes: [] },
  }
}
