import type { Commit, Outcome } from '@narwhal/protocol'

/** What expressions are answered with. */
export interface ExpressionFacts {
  readonly commit: Commit
  /** The values of this cell; what a cell does not have is an empty text. */
  readonly matrix: Readonly<Record<string, string>>
  /** The inputs of a manual build, defaults filled in; absent: those of the commit. */
  readonly inputs?: Readonly<Record<string, string>>
  /** The needed jobs by their keys. */
  readonly needs: Readonly<Record<string, NeededFacts>>
}

/** What conditions are answered with beside that. */
export interface ConditionFacts extends ExpressionFacts {
  /** Glob → whether a changed file matches it. */
  readonly changed: Readonly<Record<string, boolean>>
  /** What the bare words say; `always` is always true. */
  readonly words: StatusFacts
}

/** What happened before: no failure and no cancellation; a failure; a cancellation. */
export interface StatusFacts {
  readonly success: boolean
  readonly failure: boolean
  readonly cancelled: boolean
}

/** How the jobs of one key have ended. */
export interface NeededFacts {
  /** The worst of its cells. */
  readonly outcome: Outcome
  /** Of all its cells; a later cell's word counts. */
  readonly outputs: Readonly<Record<string, string>>
}

/** A job that has ended, for `factsOfNeeds`. */
export interface EndedJob extends NeededFacts {
  /** The cells of a matrix share it. */
  readonly key: string
}

const worstFirst: readonly Outcome[] = ['errored', 'failed', 'cancelled', 'passed', 'skipped']

/** What expressions know of ended jobs, by key. */
export function factsOfNeeds(jobs: readonly EndedJob[]): Readonly<Record<string, NeededFacts>> {
  const byKey = new Map<string, NeededFacts>()
  for (const { key, outcome, outputs } of jobs) {
    const before = byKey.get(key)
    byKey.set(key, {
      outcome: before === undefined ? outcome : worse(before.outcome, outcome),
      outputs: { ...before?.outputs, ...outputs },
    })
  }
  return Object.fromEntries(byKey) // keys from the file become plain keys, `__proto__` too
}

function worse(a: Outcome, b: Outcome): Outcome {
  return worstFirst.indexOf(a) <= worstFirst.indexOf(b) ? a : b
}
