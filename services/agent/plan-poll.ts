import type { Heads, RefTip } from '@narwhal/git'

export interface PollInput {
  readonly heads: Heads
  /** The sha of each ref when it was last told of. */
  readonly cursors: ReadonlyMap<string, string>
  /** The agent has not told of the head since it started. */
  readonly isStart: boolean
}

/** A tip that is news. `before`: where its ref was; absent for a new ref. */
export interface MovedTip extends RefTip {
  readonly before?: string
}

export interface PollPlan {
  /** The head of the main branch, to be told of because the agent started. */
  readonly atStart?: RefTip
  /** The other tips to tell of. */
  readonly news: readonly MovedTip[]
  /** The cursors to write. */
  readonly moved: readonly RefTip[]
  /** The cursors to remove. */
  readonly goneRefs: readonly string[]
}

/**
 * What a look at a repository tells of: at a start the head of its main branch, then every tip that is new or has moved.
 * Where nothing was ever seen before, the other tips are only remembered: they are history, not news.
 */
export function planPoll({ heads, cursors, isStart }: PollInput): PollPlan {
  const isFirstLook = isStart && cursors.size === 0
  const atStart = isStart ? heads.head : undefined
  const moved = heads.refs.filter(({ ref, sha }) => cursors.get(ref) !== sha)
  const present = new Set(heads.refs.map(({ ref }) => ref))
  const plan = {
    news: isFirstLook ? [] : moved.filter(({ ref }) => ref !== atStart?.ref).map((tip) => withBefore(tip, cursors)),
    moved,
    goneRefs: [...cursors.keys()].filter((ref) => !present.has(ref)),
  }
  return atStart === undefined ? plan : { atStart, ...plan }
}

function withBefore(tip: RefTip, cursors: ReadonlyMap<string, string>): MovedTip {
  const before = cursors.get(tip.ref)
  return before === undefined ? tip : { ...tip, before }
}
