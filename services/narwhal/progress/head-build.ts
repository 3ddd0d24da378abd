import type { Clock } from '@narwhal/host'
import type { BuildView, CommitMessage } from '@narwhal/protocol'
import { interruptedCode } from '../interrupted-code.ts'
import type { Narwhal } from '../up.ts'
import type { Following } from './follow-builds.ts'

// 1. At its start the agent tells of the head before anything else: the first message found is the head's.
// 2. That message became a build, new or one that a former life had begun on the same commit; the store knows which.
//    So no other build can be taken for it, whatever else was in the queue.

/** How long outcomes may take to be told before `--once` ends, in milliseconds. What is left is told at the next start. */
const tellLimitMs = 10_000

export interface HeadDeps {
  readonly narwhal: Pick<Narwhal, 'store' | 'isTold'>
  readonly progress: Following
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The build of the head of the watched repository, for `--once`. */
export function openHeadBuild() {
  const { promise: head, resolve } = Promise.withResolvers<string>()
  return {
    found: ([first]: readonly CommitMessage[]) => first !== undefined && resolve(first.id),
    /** Waits for its end: 0 when it passed, 1 when not, 130 or 143 when a signal came first. */
    async run({ narwhal, progress, clock, signal }: HeadDeps): Promise<number> {
      try {
        const messageId = await orAborted(head, signal)
        const buildId = await buildOf(messageId, { narwhal, clock, signal })
        const build = await progress.ended(buildId, signal)
        await untilTold(build, { narwhal, clock, signal })
        return build.ending?.outcome === 'passed' ? 0 : 1
      } catch (error) {
        if (!signal.aborted) throw error
        return interruptedCode(signal)
      }
    },
  }
}

type WaitDeps = Pick<HeadDeps, 'narwhal' | 'clock' | 'signal'>

async function buildOf(messageId: string, { narwhal, clock, signal }: WaitDeps): Promise<string> {
  for (;;) {
    const buildId = await narwhal.store.transaction(({ inflow }) => inflow.buildOfMessage(messageId))
    if (buildId !== undefined) return buildId
    await clock.sleep(50, signal)
  }
}

/** Until the result file is written and the commit status sent. */
async function untilTold(build: BuildView, { narwhal, clock, signal }: WaitDeps): Promise<void> {
  const startedAt = clock.monotonic()
  while (clock.monotonic() - startedAt < tellLimitMs) {
    if (await narwhal.isTold(build)) return
    await clock.sleep(20, signal)
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  if (signal.aborted) reject(signal.reason)
  return Promise.race([promise, stopped])
}
