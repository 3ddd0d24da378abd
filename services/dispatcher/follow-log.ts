import { type Clock, openWake, wakeOrSleep } from '@narwhal/host'
import type { AttemptRecord } from '@narwhal/store'
import type { Touched } from './changes.ts'
import { cutUtf8 } from './cut-utf8.ts'
import { endOfLog } from './end-of-log.ts'
import { findLog, type ReadLogDeps, readLog } from './read-log.ts'

export interface FollowLogDeps extends ReadLogDeps {
  readonly clock: Clock
  /** Aborts when the service stops. */
  readonly signal: AbortSignal
}

export interface FollowedLog {
  readonly jobId: string
  readonly attempt?: number
  /** Up to where the reader has it. */
  readonly resume: LogPlace
}

/** A place in the log of an attempt, in bytes; without an attempt, of whichever the job has. */
export interface LogPlace {
  readonly attempt?: number
  readonly offset: number
}

/** A comment goes out this often, in milliseconds, so that nothing between here and the reader thinks the stream dead. */
const quietMs = 15_000

/**
 * The log of a job as server-sent events, until its attempt ends: `data: {"offset","text"}`, cut at UTF-8 borders, or
 * `"base64"` for bytes that are no UTF-8. The id of an event is `ATTEMPT:OFFSET`, the place behind it; whoever comes back
 * with it goes on there, or from the beginning when the job has another attempt by now. The last event is `end`; before it,
 * when the runner was lost, comes the line of `endOfLog`.
 */
export async function* followLog(
  deps: FollowLogDeps,
  { jobId, attempt: number, resume }: FollowedLog,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const wake = openWake()
  let seen: Look | undefined
  using _listening = deps.changes.listen((touched) => {
    if (seen === undefined || touched.some((one) => concerns(one, seen))) wake.wake()
  })
  let position = resume.offset
  let isResumed = false
  while (!signal.aborted) {
    seen = undefined // a change that is committed together with the look may concern it
    const now = await look(deps, jobId, number)
    seen = now
    if (!isResumed && isAnother(now, resume)) position = 0
    isResumed ||= now.attempt !== undefined
    const turnStart = position
    for await (const event of eventsOf(deps, now, position)) {
      position = event.behind
      yield event.text
    }
    if (now.isOver) return yield endEvent(now, position)
    if (position === turnStart) yield ': nothing new\n\n'
    await wakeOrSleep(wake, quietMs, { clock: deps.clock, signal }).catch(() => undefined)
  }
}

interface Look {
  readonly buildId: string | undefined
  readonly attempt: AttemptRecord | undefined
  readonly isOver: boolean
}

async function look({ changes }: FollowLogDeps, jobId: string, number: number | undefined): Promise<Look> {
  return changes.change(async ({ tables }) => {
    const attempt = await findLog(tables, jobId, number)
    const job = await tables.jobs.find(jobId)
    const state = attempt === undefined ? job?.state.state : attempt.state.state
    return { buildId: job?.buildId, attempt, isOver: state === 'finished' || state === 'lost' }
  })
}

/** The reader comes back with a place in the log of another attempt. */
function isAnother({ attempt }: Look, { attempt: number }: LogPlace): boolean {
  return attempt !== undefined && number !== undefined && number !== attempt.number
}

function concerns(touched: Touched, seen: Look | undefined): boolean {
  if (seen?.attempt === undefined) return true // the look may have been just too early
  if (touched.kind === 'missed') return true
  if (touched.kind === 'log' || touched.kind === 'ended') return touched.attemptId === seen.attempt.id
  return touched.kind === 'build' && touched.buildId === seen.buildId
}

function endEvent({ attempt }: Look, offset: number): string {
  return `event: end\ndata: ${JSON.stringify({ offset, state: attempt?.state.state ?? 'finished' })}\n\n`
}

interface LogEvent {
  readonly text: string
  readonly behind: number
}

async function* eventsOf(deps: FollowLogDeps, { attempt, isOver }: Look, from: number): AsyncGenerator<LogEvent> {
  if (attempt === undefined) return
  const { id, logEnd } = attempt
  let kept: Uint8Array = new Uint8Array()
  let position = from
  for await (const piece of readLog(deps, id, { start: position, end: logEnd.bytes })) {
    const isLast = isOver && piece.position + piece.bytes.length === logEnd.bytes
    const { text, bytes, rest } = cutUtf8(Buffer.concat([kept, piece.bytes]), isLast)
    kept = rest
    if (bytes.length === 0) continue
    const data =
      text === undefined
        ? { offset: position, base64: Buffer.from(bytes).toString('base64') }
        : { offset: position, text }
    position += bytes.length
    yield eventOf(attempt, data, position)
  }
  const end = isOver ? (await endOfLog(deps, attempt)).subarray(Math.max(0, from - logEnd.bytes)) : new Uint8Array()
  const offset = Math.max(from, logEnd.bytes)
  if (end.length > 0) yield eventOf(attempt, { offset, text: Buffer.from(end).toString() }, offset + end.length)
}

function eventOf({ number }: AttemptRecord, data: object, behind: number): LogEvent {
  return { text: `id: ${number}:${behind}\ndata: ${JSON.stringify(data)}\n\n`, behind }
}
