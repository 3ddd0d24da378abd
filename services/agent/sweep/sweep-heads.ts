import { type Heads, lookAtHeads } from '@narwhal/git'
import { type Clock, type Log, newId } from '@narwhal/host'
import { type CommitMessage, type Repository, repositoryKey } from '@narwhal/protocol'
import type { Inbox } from '../inbox.ts'
import type { MovedTip } from '../plan-poll.ts'
import type { LookAtHeads } from '../watch-repository.ts'
import { compareHeads, unknownTips } from './compare-heads.ts'

export interface SweepHeadsDeps {
  readonly inbox: Inbox
  /** Where a repository is asked for its heads: the operator's word. */
  readonly cloneSource: (repository: Repository) => { readonly url: string; readonly token?: string }
  readonly lookAtHeads?: LookAtHeads
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** How long a webhook may take to tell of a push, in milliseconds. */
const settleMs = 60_000

interface Look {
  readonly repository: Repository
  readonly known: ReadonlyMap<string, string>
  readonly heads: Heads
}

/** Compares the heads of repositories with those seen last, and tells of what moved and stayed; how many refs that were. */
export async function sweepHeads(repositories: readonly Repository[], deps: SweepHeadsDeps): Promise<number> {
  const looks: Look[] = []
  for (const repository of repositories) {
    const heads = await look(repository, deps)
    const known = await deps.inbox.headsOf(cursorsOf(repository))
    if (heads !== undefined) looks.push({ repository, known, heads })
  }
  const changed = looks.filter(({ known, heads }) => unknownTips(known, heads).length > 0)
  if (changed.some(({ known }) => known.size > 0)) await deps.clock.sleep(settleMs, deps.signal)
  let told = 0
  for (const one of changed) told += await tellSettled(one, deps)
  return told
}

async function tellSettled({ repository, known, heads }: Look, deps: SweepHeadsDeps): Promise<number> {
  const second = known.size === 0 ? heads : await look(repository, deps)
  if (second === undefined) return 0
  const { settled, moved, goneRefs } = compareHeads(known, heads, second)
  const messages = settled.map((tip) => messageOf(tip, repository, deps.clock.now()))
  await deps.inbox.keepHeads({ repository: cursorsOf(repository), moved, goneRefs, messages })
  return messages.length
}

async function look(repository: Repository, deps: SweepHeadsDeps): Promise<Heads | undefined> {
  const { cloneSource, log, signal } = deps
  try {
    return await (deps.lookAtHeads ?? lookAtHeads)(cloneSource(repository), { signal })
  } catch (error) {
    signal.throwIfAborted()
    const name = repositoryKey(repository)
    log.warn({ err: error, repository: name }, `the heads of ${name} could not be compared; the next sweep tries again`)
    return undefined
  }
}

/** Apart from the cursors of a watched repository, which are told of at once. */
function cursorsOf(repository: Repository): string {
  return `swept ${repositoryKey(repository)}`
}

function messageOf({ ref, sha, before }: MovedTip, repository: Repository, now: number): CommitMessage {
  const trigger = ref.startsWith('refs/tags/') ? 'tag' : 'push'
  return {
    version: 1,
    id: newId(now),
    eventKey: [repositoryKey(repository), 'sweep', ref, before ?? 'new', sha].join(' '),
    receivedAt: now,
    unlessBuilt: true,
    commit: { repository, ref, sha, trigger, ...(before === undefined || trigger === 'tag' ? {} : { before }) },
  }
}
