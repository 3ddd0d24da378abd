import { backoffMs, type Clock, type Counter, failpoint, type Log, startLoop, wakeOrSleep } from '@narwhal/host'
import { isProblem, problem } from '@narwhal/protocol'
import type { Outbox } from './outbox.ts'
import type { Report, ReportAnswer, ReportTarget, Tell } from './report.ts'

// 1. A report is forgotten only after its target answered: at least once.
// 2. Of each lane one report at a time is told; at most `widest` lanes at once. One that rests holds back its lane only.
// 3. When the target asks to wait, all lanes do.
// 4. What a target answered is written down before the lane goes on, however long the outbox cannot be written.
// 5. Who has found something looks again when that is told, or something new comes; or soon, for what has rested meanwhile.

export interface ReportLoopDeps {
  readonly outbox: Outbox
  readonly clock: Clock
  readonly log: Log
  readonly answers: Counter<'target' | 'answer'>
}

const widest = 8
const backoff = { baseMs: 1_000, capMs: 60_000 }

/** Tells `target` what waits in the outbox, for as long as it is not disposed; disposing waits for what is being told. */
export function startReportLoop(target: ReportTarget, tell: Tell, deps: ReportLoopDeps): AsyncDisposable {
  const { outbox, clock, log, answers } = deps
  const wake = outbox.arrivals[target]
  const inFlight = new Map<string, Promise<void>>()
  let pausedUntil = 0

  async function tellTurn(signal: AbortSignal): Promise<void> {
    const now = clock.monotonic()
    if (pausedUntil > now) return clock.sleep(pausedUntil - now, signal) // 3
    if (inFlight.size >= widest) return wake.next(signal) // 2
    const question = { at: now, exceptLanes: [...inFlight.keys()], limit: widest - inFlight.size }
    const { reports, nextAt = Number.POSITIVE_INFINITY } = await outbox.due(target, question)
    for (const report of reports) track(report, tellOne(report, signal))
    const waitMs = reports.length > 0 ? backoff.baseMs : Math.min(nextAt - now, backoff.capMs) // 5
    await wakeOrSleep(wake, waitMs, { clock, signal })
  }

  function track({ lane }: Report, telling: Promise<void>): void {
    const ended = telling.finally(() => {
      inFlight.delete(lane)
      wake.wake()
    })
    inFlight.set(lane, ended)
  }

  async function tellOne(report: Report, signal: AbortSignal): Promise<void> {
    const answer = await tell(report).catch(failed)
    answers.inc({ target, answer: answer.type })
    if (answer.type === 'limited') pausedUntil = Math.max(pausedUntil, clock.monotonic() + answer.waitMs)
    logAnswer(log, report, answer)
    const settle = async () => {
      await failpoint('reporter.after-tell')
      await record(report, answer, deps)
    }
    await writeDown(settle, signal)
  }

  /** Writing it twice changes nothing, so a write whose fate is unknown is written again. */
  async function writeDown(write: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        return await write() // 4
      } catch (error) {
        log.error({ err: error, target }, 'the outbox cannot be written; it is tried again')
        await clock.sleep(backoffMs(failures, backoff), signal).catch(() => undefined)
        if (signal.aborted) return // the report is told again after the next start
      }
    }
  }

  const loop = startLoop(tellTurn, { name: `reports to ${target}`, clock, log })
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]()
      await Promise.all(inFlight.values())
    },
  }
}

async function record(report: Report, answer: ReportAnswer, { outbox, clock }: ReportLoopDeps): Promise<void> {
  switch (answer.type) {
    case 'posted':
      return outbox.keepPosted(report, answer.told, answer.receipt)
    case 'delivered':
      return outbox.settleTold(report, answer.told, clock.now())
    case 'unchanged':
      return outbox.settleTold(report, undefined, clock.now())
    case 'refused':
      return outbox.settleRefused(report, answer.cause, clock.now())
    case 'failed':
      return outbox.rest(report, clock.monotonic() + backoffMs(report.tries, backoff))
    case 'limited':
      return // the pause of the target is its rest; it does not count as a try
    default:
      return answer satisfies never
  }
}

function failed(error: unknown): ReportAnswer {
  const cause = isProblem(error) ? error : problem('INTERNAL', `A report failed: ${String(error)}`, { cause: error })
  return { type: 'failed', cause }
}

function logAnswer(log: Log, { build, target, tries }: Report, answer: ReportAnswer): void {
  const about = { buildId: build.id, target }
  if (!('cause' in answer)) return log.debug(about, `report ${answer.type}`)
  const { code, message } = answer.cause
  if (answer.type === 'refused') return log.error({ ...about, code }, `a report was given up: ${message}`)
  log.warn({ ...about, code, tries: tries + 1 }, `a report is tried again: ${message}`)
}
