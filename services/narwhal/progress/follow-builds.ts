import { type Clock, keepRunning, type Log, openWake, wakeOrSleep } from '@narwhal/host'
import type { BuildView } from '@narwhal/protocol'
import type { Narwhal } from '../up.ts'
import type { Terminal } from '../terminal.ts'
import { describeActivity } from './describe-activity.ts'
import { describeHead, describeProgress, type FailedStep, type ProgressLine } from './describe-progress.ts'

// 1. Being woken only says where to look: what is shown comes from comparing two looks at a build.
// 2. Lines of one build stand together; when another build spoke in between, its head is repeated.
// 3. Unfinished builds are looked at every second in any case: nothing shown depends on a wake that did not come.

export interface FollowDeps {
  readonly dispatcher: Narwhal['dispatcher']
  readonly readBuild: (buildId: string, signal: AbortSignal) => Promise<BuildView>
  readonly readTitle: (build: BuildView, signal: AbortSignal) => Promise<string>
  readonly readTail: (step: FailedStep, signal: AbortSignal) => Promise<readonly string[]>
  /** Hears of every look at a build that goes on. */
  readonly onSeen?: ((build: BuildView, signal: AbortSignal) => Promise<void>) | undefined
  /** Somebody can ask for logs later. */
  readonly staysUp: boolean
  readonly terminal: Terminal
  readonly clock: Clock
  readonly log: Log
}

/** Shows every build as it goes on. Disposing stops that. */
export interface Following extends AsyncDisposable {
  /** The build once it has ended and was shown; rejects with the signal's reason. */
  ended(buildId: string, signal: AbortSignal): Promise<BuildView>
  /** How many builds go on. */
  unfinished(): number
}

interface Followed {
  readonly title: string
  readonly seen: BuildView
}

/** Woken looks are at least this far apart, and unwoken ones at most so far, in milliseconds. */
const restMs = 50
const lookAgainMs = 1_000

/** How many builds that ended are remembered. */
const rememberedLimit = 1_000

/** How long the last look may take, in milliseconds. */
const lastLookMs = 2_000

/** Follows all builds of the dispatcher of this process. */
export function followBuilds(deps: FollowDeps): Following {
  const { dispatcher, terminal, clock, log, staysUp } = deps
  const { paint } = terminal
  const stop = new AbortController()
  const wake = openWake()
  const touched = new Set<string>()
  const builds = new Map<string, Followed>()
  const ends = openEnds()
  let speaker: string | undefined

  const listening = dispatcher.listen((changes) => {
    for (const change of changes) if (change.kind === 'build') touched.add(change.buildId)
    wake.wake()
  })
  async function turn(): Promise<void> {
    const ids = new Set([...builds.keys(), ...touched])
    for (const buildId of ids) {
      touched.delete(buildId)
      await look(buildId, stop.signal).catch((error: unknown) => {
        touched.add(buildId)
        throw error
      })
    }
    const going = [...builds.values()].map(({ seen }) => seen)
    terminal.status(describeActivity(going, clock.now()))
    if (going.length === 0) await wake.next(stop.signal)
    else await wakeOrSleep(wake, lookAgainMs, { clock, signal: stop.signal })
    await clock.sleep(restMs, stop.signal)
  }
  async function look(buildId: string, signal: AbortSignal): Promise<void> {
    if (ends.has(buildId)) return
    const known = builds.get(buildId)
    const seen = await deps.readBuild(buildId, signal)
    const title = known?.title ?? (await deps.readTitle(seen, signal))
    const lines = describeProgress(known?.seen, seen, { paint, title, staysUp })
    if (lines.length > 0 && known === undefined && speaker !== undefined) terminal.print('')
    if (lines.length > 0 && known !== undefined && speaker !== buildId)
      terminal.print(describeHead(seen, { paint, title }))
    for (const line of lines) await printLine(line, deps, signal)
    if (lines.length > 0) speaker = buildId
    builds.set(buildId, { title, seen })
    if (seen.state !== 'finished') return deps.onSeen?.(seen, signal)
    builds.delete(buildId)
    ends.tell(seen)
  }
  const stopped = keepRunning(turn, { name: 'follow-builds', clock, log, signal: stop.signal })
  return {
    ended: ends.of,
    unfinished: () => builds.size,
    async [Symbol.asyncDispose]() {
      stop.abort()
      listening[Symbol.dispose]()
      await stopped
      terminal.status(undefined)
      const last = AbortSignal.timeout(lastLookMs)
      for (const buildId of [...builds.keys()]) await look(buildId, last).catch(() => undefined)
    },
  }
}

async function printLine(line: ProgressLine, { terminal, readTail }: FollowDeps, signal: AbortSignal): Promise<void> {
  if ('text' in line) return terminal.print(line.text)
  for (const text of await readTail(line.tailOf, signal)) terminal.print(`      ${text}`)
}

/** Builds that ended, for those who wait for one; also when it ended before they asked. */
function openEnds() {
  const ended = new Map<string, BuildView>()
  const waiting = new Map<string, (build: BuildView) => void>()
  return {
    has: (buildId: string) => ended.has(buildId),
    tell(build: BuildView) {
      ended.set(build.id, build)
      for (const oldest of ended.keys()) if (ended.size > rememberedLimit) ended.delete(oldest)
      waiting.get(build.id)?.(build)
      waiting.delete(build.id)
    },
    of(buildId: string, signal: AbortSignal): Promise<BuildView> {
      const { promise, resolve, reject } = Promise.withResolvers<BuildView>()
      const known = ended.get(buildId)
      if (known !== undefined) return Promise.resolve(known)
      waiting.set(buildId, resolve)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (signal.aborted) reject(signal.reason)
      return promise
    },
  }
}
