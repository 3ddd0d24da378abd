import { createHash, type Hash } from 'node:crypto'
import { type AttemptReport, type AttemptReportEvent, type ProblemError } from '@narwhal/protocol'
import type { End } from './attempt-end.ts'
import type { FormerAttempt } from './journal/former-attempt.ts'
import type { StepLog } from './tail-log.ts'

// What an attempt has to say, and how much of it the dispatcher is known to have. Nothing is sent here.
//
// 1. Events have the numbers 1, 2, 3 … in the order in which they happened.
// 2. The whole log of a step comes before the end of the step, and everything before the result. Only when steps run side
//    by side may the end of one be said while the log of one before it is not whole: its own log waits for that.
// 3. A byte is hashed when it is read first; reading it again changes nothing. The hash is of the logs in the order of their steps.
// 4. What was said is kept until the attempt is over: the dispatcher may ask for it again.
// 5. What a former life of the runner has said is not said again, but hashed.

const chunkBytes = 64 * 1024
const maxChunks = 8
const maxEvents = 500

/** An event before it has its number. */
export type NewEvent = AttemptReportEvent extends infer E ? (E extends unknown ? Omit<E, 'sequence'> : never) : never

export interface Unsaid {
  /** The event with its number. */
  add(event: NewEvent): AttemptReportEvent
  /** Logs come in the order of their steps; one that comes again has the same bytes. */
  addLog(step: number, log: StepLog): void
  end(end: End): void
  /** All that may be said now and fits into one report; `undefined` when that is nothing. */
  next(at: number): Promise<AttemptReport | undefined>
  /** `report` was accepted. */
  said(report: AttemptReport): void
  /**
   * `report` was refused with LOG_OFFSET_WRONG, REPORT_GAP or LOG_INCOMPLETE: the next one begins where the dispatcher wants it.
   *
   * @returns how many reports in a row were refused so.
   * @throws `refusal` when the dispatcher wants what there never was.
   */
  goBack(report: AttemptReport, refusal: ProblemError): number
}

interface LogState {
  readonly step: number
  log: StepLog
  saidBytes: number
  hashedBytes: number
}

/** What a former life of the runner had to say. */
export type FormerlySaid = Pick<FormerAttempt, 'events' | 'said'>

/** Nothing to say yet, but what was said before. */
export function openUnsaid(former?: FormerlySaid): Unsaid {
  const events: AttemptReportEvent[] = [...(former?.events ?? [])]
  const logs: LogState[] = []
  const hash = createHash('sha256')
  let saidEvents = Math.min(former?.said.events ?? 0, events.length)
  let ended: End | undefined
  let refusedWhole = 0
  let refusedInARow = 0

  return {
    add(event) {
      const numbered = { ...event, sequence: events.length + 1 } as AttemptReportEvent // TypeScript does not add keys to a union
      events.push(numbered)
      return numbered
    },
    addLog(step, log) {
      const known = logs.find((state) => state.step === step)
      if (known === undefined) logs.push({ step, log, saidBytes: former?.said.logs.get(step) ?? 0, hashedBytes: 0 })
      else known.log = log
    },
    end(end) {
      ended ??= end
    },
    async next(at) {
      const { chunks, openStep } = await readChunks(logs, { at, hash })
      const ready = eventsBefore(openStep, events.slice(saidEvents, saidEvents + maxEvents))
      const isAll = openStep === undefined && saidEvents + ready.length === events.length
      if (isAll && ended !== undefined) return { events: ready, chunks, ...endOf(ended, logs, hash) }
      return ready.length + chunks.length === 0 ? undefined : { events: ready, chunks }
    },
    said(report) {
      refusedInARow = 0
      saidEvents = Math.max(saidEvents, report.events.at(-1)?.sequence ?? 0)
      for (const chunk of report.chunks) {
        const state = logs.find(({ step }) => step === chunk.step)
        if (state) state.saidBytes = Math.max(state.saidBytes, chunk.offset + Buffer.byteLength(chunk.data, 'base64'))
      }
    },
    goBack(report, refusal) {
      const expected = numberOf(refusal.data?.['expected'])
      if (refusal.code === 'REPORT_GAP' && expected !== undefined && expected <= events.length) {
        saidEvents = Math.max(0, expected - 1)
      } else if (refusal.code === 'LOG_OFFSET_WRONG' && expected !== undefined) {
        goToOffset(logs, numberOf(refusal.data?.['step']) ?? report.chunks[0]?.step, { expected, refusal })
      } else if (refusal.code === 'LOG_INCOMPLETE' && refusedWhole++ === 0) {
        for (const state of logs) state.saidBytes = 0
      } else throw refusal
      return ++refusedInARow
    },
  }
}

/** Chunks from where the dispatcher's log ends, and the first step whose log is not whole with them. */
async function readChunks(logs: readonly LogState[], { at, hash }: { at: number; hash: Hash }) {
  const chunks: AttemptReport['chunks'] = []
  for (const state of logs) {
    let offset = Math.min(state.saidBytes, state.hashedBytes) // 5
    for (;;) {
      if (offset === state.log.lengthBytes) break
      const bytes = chunks.length < maxChunks ? await state.log.read(offset, chunkBytes) : Buffer.alloc(0)
      if (bytes.length === 0) return { chunks, openStep: state.step }
      hash.update(bytes.subarray(Math.max(0, state.hashedBytes - offset)))
      const unsaid = bytes.subarray(Math.max(0, state.saidBytes - offset))
      offset += bytes.length
      if (unsaid.length > 0) {
        chunks.push({ step: state.step, offset: offset - unsaid.length, at, data: unsaid.toString('base64') })
      }
      state.hashedBytes = Math.max(state.hashedBytes, offset)
    }
  }
  return { chunks, openStep: undefined }
}

function eventsBefore(openStep: number | undefined, events: readonly AttemptReportEvent[]): AttemptReportEvent[] {
  const stop = events.findIndex((event) => event.type === 'step-ended' && event.step === openStep)
  return stop === -1 ? [...events] : events.slice(0, stop)
}

function endOf({ plan, ...end }: End, logs: readonly LogState[], hash: Hash) {
  const bytes = logs.reduce((sum, { log }) => sum + (log.lengthBytes ?? 0), 0)
  const result = { ...end, log: { bytes, sha256: hash.copy().digest('hex') } }
  return plan === undefined ? { result } : { plan, result }
}

/** Logs of steps before `step` are whole at the dispatcher then, and those behind it have not begun. */
function goToOffset(
  logs: readonly LogState[],
  step: number | undefined,
  { expected, refusal }: { expected: number; refusal: ProblemError },
): void {
  const wanted = logs.find((state) => state.step === step)
  if (wanted === undefined || expected > wanted.hashedBytes) throw refusal
  for (const state of logs) {
    if (state.step < wanted.step) state.saidBytes = state.log.lengthBytes ?? state.saidBytes
    if (state.step > wanted.step) state.saidBytes = 0
  }
  wanted.saidBytes = expected
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
