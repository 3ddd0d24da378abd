import { problem } from '@narwhal/protocol'
import { systemClock } from './clock.ts'
import type { Environment } from './config.ts'

// Places in the product where a test may let a process die, fail or dawdle: between two steps that a crash must be able to
// part. They do nothing unless NARWHAL_FAILPOINTS names them, and production refuses to start with it.

/** Every failpoint, by the service that passes it and what lies on its two sides. Each is passed in one place. */
export const failpoints = {
  'agent.before-keep': 'a delivery was verified, and is not in the inbox',
  'agent.after-keep': 'it is in the inbox, and not answered',
  'agent.after-publish': 'the queue confirmed messages, and the inbox still has them',
  'dispatcher.before-take': 'messages were delivered, and nothing of them is stored',
  'dispatcher.after-take': 'what they became is stored, and they are not acknowledged',
  'dispatcher.after-lease': 'an attempt is leased, and its offer is not sent',
  'dispatcher.after-offer': 'a runner answered an offer, and nobody has noted it',
  'dispatcher.before-report': 'a report came in, and nothing of it is stored',
  'dispatcher.after-report': 'it is stored, and not answered',
  'dispatcher.after-publish': 'the queue confirmed events, and the outbox still has them',
  'dispatcher.after-seal': 'a log is in its blob, and the store still has its chunks',
  'runner.after-offer': 'a slot was taken, and the offer is not answered',
  'runner.before-journal': 'an attempt ended, and its result is nowhere',
  'runner.after-journal': 'its result is on the disk, and not told',
  'runner.after-result': 'its result was acknowledged, and its things are still there',
  'reporter.after-take': 'events are in the outbox, and not acknowledged',
  'reporter.after-tell': 'a target was told, and the outbox still has the report',
} as const

/** The name of a failpoint. */
export type Failpoint = keyof typeof failpoints

type Effect = 'kill' | 'error' | { readonly delayMs: number }

interface Armed {
  readonly effect: Effect
  /** Passes it this many times unharmed before. */
  readonly after: number
  /** Not only once. */
  readonly always: boolean
}

const armed = new Map<Failpoint, Armed>()
const passed = new Map<Failpoint, number>()

/** Passes a failpoint: nothing happens unless it is armed. @throws {ProblemError} FAILPOINT when armed with `error` */
export async function failpoint(name: Failpoint): Promise<void> {
  const { effect, after, always } = armed.get(name) ?? unarmed
  if (effect === undefined) return
  const before = passed.get(name) ?? 0
  passed.set(name, before + 1)
  if (before < after || (before > after && !always)) return
  if (effect === 'kill') process.kill(process.pid, 'SIGKILL')
  if (effect === 'error') throw problem('FAILPOINT', `The failpoint ${name} is armed: ${failpoints[name]}`)
  if (effect !== 'kill') await systemClock.sleep(effect.delayMs)
}

const unarmed: { readonly [K in keyof Armed]: undefined } = { effect: undefined, after: undefined, always: undefined }

/**
 * Arms what NARWHAL_FAILPOINTS says: `NAME=kill`, `NAME=error` or `NAME=delay:MS`, with commas between several. It happens
 * at the first passing; with `@N` behind it at the Nth alone, with `@N+` from the Nth on. Disposing disarms all.
 *
 * @throws {ProblemError} CONFIG_INVALID for what it does not know, and always in production.
 */
export function armFailpoints({ NARWHAL_FAILPOINTS: given, NODE_ENV }: Environment): Disposable {
  if (given && NODE_ENV === 'production') throw invalid('is for tests; unset it, or NODE_ENV=production')
  for (const item of given ? given.split(',') : []) {
    const [, name = '', effect, delayMs, nth = '1', plus] = pattern.exec(item) ?? []
    if (!isFailpoint(name)) throw invalid(`has "${item}"; write NAME=kill, NAME=error or NAME=delay:MS`)
    const delay = { delayMs: Number(delayMs) }
    armed.set(name, {
      effect: effect === 'kill' || effect === 'error' ? effect : delay,
      after: Number(nth) - 1,
      always: plus !== undefined,
    })
  }
  return {
    [Symbol.dispose]() {
      armed.clear()
      passed.clear()
    },
  }
}

const pattern = /^([a-z.-]+)=(?:(kill|error)|delay:(\d{1,6}))(?:@([1-9]\d{0,5})(\+)?)?$/

function isFailpoint(name: string): name is Failpoint {
  return Object.hasOwn(failpoints, name)
}

function invalid(fault: string): Error {
  return problem('CONFIG_INVALID', `  NARWHAL_FAILPOINTS ${fault}`)
}
