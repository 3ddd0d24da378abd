import { type Heads, repositoryOf } from '@narwhal/git'
import { backoffMs, type Clock, type Log, newId, startLoop } from '@narwhal/host'
import { type CommitMessage, type Repository, repositoryKey } from '@narwhal/protocol'
import type { Inbox } from './inbox.ts'
import { type MovedTip, planPoll } from './plan-poll.ts'

/** A repository to look at again and again: a path on this machine, or a URL. */
export interface Watched {
  readonly repository: Repository
  readonly url: string
  readonly token?: string
}

export type LookAtHeads = (
  source: { readonly url: string; readonly token?: string },
  options: { readonly signal: AbortSignal },
) => Promise<Heads>

export interface WatchDeps {
  readonly inbox: Inbox
  readonly clock: Clock
  readonly log: Log
  readonly lookAtHeads: LookAtHeads
}

const localIntervalMs = 2_000
const remoteIntervalMs = 30_000
const failureCapMs = 300_000

/**
 * Tells the inbox of the head at the start, then of every new or moved branch and tag. Cursors are kept with the
 * messages, so that nothing is missed while the agent is down. A failure is logged and the repository looked at again.
 */
export function watchRepository(watched: Watched, deps: WatchDeps): AsyncDisposable {
  const { clock, log } = deps
  const name = repositoryKey(watched.repository)
  const intervalMs = repositoryOf(watched.url).host === 'local' ? localIntervalMs : remoteIntervalMs
  const startId = newId(clock.now())
  let isStart = true
  let failures = 0

  return startLoop(
    async (signal) => {
      try {
        const hasHead = await lookOnce(watched, { ...deps, signal, ...(isStart ? { startId } : {}) })
        if (hasHead) isStart = false
        failures = 0
      } catch (error) {
        if (signal.aborted) return
        log.warn({ err: error, repository: name }, `${name} cannot be looked at; it is tried again`)
        failures++
      }
      const delayMs = failures === 0 ? 0 : backoffMs(failures, { baseMs: intervalMs, capMs: failureCapMs })
      await clock.sleep(intervalMs + delayMs, signal)
    },
    { name: `watch ${name}`, clock, log },
  )
}

interface Look extends WatchDeps {
  readonly signal: AbortSignal
  /** Present until the head was told of since the start. */
  readonly startId?: string
}

/** Whether the repository has a head that was told of. */
async function lookOnce(watched: Watched, { inbox, clock, lookAtHeads, signal, startId }: Look): Promise<boolean> {
  const heads = await lookAtHeads(watched, { signal })
  const repository = repositoryKey(watched.repository)
  const cursors = await inbox.headsOf(repository)
  const { atStart, news, moved, goneRefs } = planPoll({ heads, cursors, isStart: startId !== undefined })
  const atNow = { repository: watched.repository, now: clock.now() }
  const messages = [
    ...(atStart === undefined ? [] : [messageOf(atStart, { ...atNow, since: `start ${startId}` })]),
    ...news.map((tip) => messageOf(tip, { ...atNow, since: tip.before ?? 'new' })),
  ]
  if (messages.length + moved.length + goneRefs.length > 0)
    await inbox.keepHeads({ repository, moved, goneRefs, messages })
  return heads.head !== undefined
}

interface Told {
  readonly repository: Repository
  readonly now: number
  /** Tells apart the times at which a ref came to the same commit. */
  readonly since: string
}

function messageOf({ ref, sha, before }: MovedTip, { repository, now, since }: Told): CommitMessage {
  return {
    version: 1,
    id: newId(now),
    eventKey: [repositoryKey(repository), 'poll', ref, since, sha].join(' '),
    receivedAt: now,
    commit: { repository, ref, sha, trigger: 'poll', ...(before === undefined ? {} : { before }) },
  }
}
