/** What a check of one invariant found. */
export interface Finding {
  /** As in docs/guarantees.md, such as `I1`. */
  readonly invariant: string
  readonly says: string
  /** How many things were looked at. */
  readonly checked: number
  readonly violations: readonly Violation[]
}

/** One thing that is not as it was promised. */
export interface Violation {
  readonly what: string
  /** Words by which the entries of the ledger and the lines of the logs that concern it are found: ids, a sha. */
  readonly about: readonly string[]
}

/** Looks at everything once, and gathers what is wrong. */
export function findingOf<T>(
  invariant: string,
  says: string,
  things: readonly T[],
  look: (thing: T) => readonly Violation[] | Violation | undefined,
): Finding {
  const violations = things.flatMap((thing) => look(thing) ?? [])
  return { invariant, says, checked: things.length, violations }
}
