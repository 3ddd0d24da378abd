import { type Clock, failpoint, type HttpClient, type Log } from '@narwhal/host'
import { type AttemptReply, type AttemptReport, type Ending, type Offer } from '@narwhal/protocol'
import { openAlarm } from './alarm.ts'
import type { AttemptEnd, End } from './attempt-end.ts'
import type { AttemptStop } from './attempt-stop.ts'
import type { FormerAttempt } from './journal/former-attempt.ts'
import { openFormerLogs } from './journal/former-logs.ts'
import type { Journal } from './journal/journal.ts'
import type { JournalRecord } from './journal/journal-record.ts'
import { sendReport } from './send-report.ts'
import type { StepLog } from './tail-log.ts'
import { type NewEvent, openUnsaid, type Unsaid } from './unsaid.ts'

// How long something may wait for company before it is sent, in milliseconds. A job of one short step takes two calls.
const startedWaitsMs = 200 // for the first step, or for the whole of a plan
const stepEndedWaitsMs = 50 // for the next step, or for the result
const outputWaitsMs = 100 // but the first output of a step

/** What one attempt tells the dispatcher: in order, nothing lost, nothing twice. Disposing ends the telling, whatever is unsaid. */
export interface Report extends AsyncDisposable {
  /** Once, whichever life it is. */
  started(): void
  /** Steps start in their order, also those that run side by side. One that had started before only goes on. */
  stepStarted(step: number, log: StepLog): void
  /** A step that a former life of the runner began ends where that left it. */
  formerStepEnded(step: number, ending: Ending): Promise<void>
  /** The log of the step must have ended before. */
  stepEnded(step: number, ending: Ending, exitCode?: number): void
  /** The log of the running step has grown. */
  grown(): void
  /**
   * Tells the result, which survives this process, and resolves once it is acknowledged.
   *
   * @throws the reason for which the attempt was abandoned.
   */
  finish(end: AttemptEnd): Promise<AttemptReply>
}

export interface ReportDeps {
  readonly dispatcherUrl: string
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly stop: AttemptStop
  readonly journal: Journal
  /** What a former life of the runner has told of it. */
  readonly former: FormerAttempt | undefined
}

/** Begins to report on an attempt, or goes on with it. */
export function startReport(offer: Offer, deps: ReportDeps): Report {
  const { clock, stop, journal, former } = deps
  const unsaid = openUnsaid(former)
  const alarm = openAlarm(clock)
  const closed = new AbortController()
  const logs = new AsyncDisposableStack()
  const formerLogs = former === undefined ? new Map<number, StepLog>() : openFormerLogs(former, journal)
  let isSilent = true // the running step has put out nothing yet
  for (const [step, stepLog] of formerLogs) unsaid.addLog(step, logs.use(stepLog))
  const { sending, acknowledged } = startSending(offer, { ...deps, unsaid, alarm, closed: closed.signal })
  if (former !== undefined) alarm.within(0)

  const add = (event: NewEvent, waitsMs: number) => {
    journal.note({ type: 'event', event: unsaid.add(event) })
    alarm.within(waitsMs)
  }
  return {
    started() {
      if (former === undefined || former.events.length === 0) add({ type: 'started', at: clock.now() }, startedWaitsMs)
    },
    stepStarted(step, stepLog) {
      isSilent = true
      unsaid.addLog(step, logs.use(stepLog))
      if (formerLogs.has(step)) alarm.within(0)
      else add({ type: 'step-started', at: clock.now(), step }, 0)
    },
    async formerStepEnded(step, ending) {
      await formerLogs.get(step)?.end()
      add({ type: 'step-ended', at: clock.now(), step, ending }, stepEndedWaitsMs)
    },
    stepEnded(step, ending, exitCode) {
      const code = exitCode === undefined ? {} : { exitCode }
      add({ type: 'step-ended', at: clock.now(), step, ending, ...code }, stepEndedWaitsMs)
    },
    grown() {
      alarm.within(isSilent ? 0 : outputWaitsMs)
      isSilent = false
    },
    async finish(end) {
      stop.abandoned.throwIfAborted()
      const whole = former?.end ?? { ...end, at: clock.now() }
      await failpoint('runner.before-journal')
      if (former?.end === undefined) await keepEnd(whole, offer, deps)
      await failpoint('runner.after-journal')
      stop.abandoned.throwIfAborted()
      unsaid.end(whole)
      alarm.within(0)
      return acknowledged
    },
    async [Symbol.asyncDispose]() {
      closed.abort()
      await sending
      await logs.disposeAsync()
    },
  }
}

async function keepEnd(end: End, { attemptId }: Offer, { journal, log }: ReportDeps): Promise<void> {
  try {
    await journal.end({ type: 'ended', end })
  } catch (error) {
    log.warn({ err: error, attemptId }, 'the result could not be kept on the disk; it is sent all the same')
  }
}

interface SendingDeps extends ReportDeps {
  readonly unsaid: Unsaid
  readonly alarm: ReturnType<typeof openAlarm>
  readonly closed: AbortSignal
}

function startSending(offer: Offer, deps: SendingDeps) {
  const { stop, log, closed } = deps
  const result = Promise.withResolvers<AttemptReply>()
  result.promise.catch(() => undefined) // whoever calls `finish` hears of it
  const signal = AbortSignal.any([stop.abandoned, closed])
  const sending = keepSending(offer, { ...deps, signal }).then(result.resolve, (error: unknown) => {
    result.reject(error)
    if (signal.aborted) return
    log.error({ err: error, attemptId: offer.attemptId }, 'the dispatcher refuses the reports of the attempt')
    stop.abandon(error)
  })
  return { sending, acknowledged: result.promise }
}

/** Sends whenever there is something to say, until the result is acknowledged. */
async function keepSending(offer: Offer, deps: SendingDeps & { readonly signal: AbortSignal }): Promise<AttemptReply> {
  const { alarm, unsaid, clock, stop, signal } = deps
  for (;;) {
    await alarm.rings(signal)
    for (;;) {
      const report = await unsaid.next(clock.now())
      if (report === undefined) break
      const reply = await sendReport(offer, report, deps)
      if (reply !== undefined) deps.journal.note(saidRecord(report))
      if (reply?.cancel !== undefined) stop.cancel(reply.cancel)
      if (reply !== undefined && report.result !== undefined) return reply
      if (report.chunks.length < 8 && reply !== undefined) break
    }
  }
}

function saidRecord({ events, chunks }: AttemptReport): JournalRecord {
  const ends = chunks.map(({ step, offset, data }) => [step, offset + Buffer.byteLength(data, 'base64')] as const)
  return { type: 'said', events: events.at(-1)?.sequence ?? 0, logs: ends }
}
