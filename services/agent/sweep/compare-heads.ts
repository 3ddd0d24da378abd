import type { Heads, RefTip } from '@narwhal/git'
import type { MovedTip } from '../plan-poll.ts'

/** Refs whose tip is another one than `known` says: pushes that we have not seen, or not seen yet. */
export function unknownTips(known: ReadonlyMap<string, string>, heads: Heads): readonly RefTip[] {
  return heads.refs.filter(({ ref, sha }) => known.get(ref) !== sha)
}

/** What two looks at a repository, some time apart, come to. */
export interface ComparedHeads {
  /** To be told of; what was built already is known to the dispatcher. */
  readonly settled: readonly MovedTip[]
  /** What is known from now on. */
  readonly moved: readonly RefTip[]
  readonly goneRefs: readonly string[]
}

/**
 * Tips that both looks show and nobody knew. A webhook has had the time in between to tell of them; one that is on its way
 * is left to it. The first look at a repository only remembers: what is there is history.
 */
export function compareHeads(known: ReadonlyMap<string, string>, first: Heads, second: Heads): ComparedHeads {
  const goneRefs = [...known.keys()].filter((ref) => !second.refs.some((tip) => tip.ref === ref))
  if (known.size === 0) return { settled: [], moved: first.refs, goneRefs }
  const moved = unknownTips(known, first).filter(({ ref, sha }) =>
    second.refs.some((tip) => tip.ref === ref && tip.sha === sha),
  )
  const settled = moved.map((tip) => {
    const before = known.get(tip.ref)
    return before === undefined ? tip : { ...tip, before }
  })
  return { settled, moved, goneRefs }
}
