import { Readable } from 'node:stream'
import { type HttpServer, type RouteCall, type RouteTokens, serveRoute } from '@narwhal/host'
import { getJobLog, problem } from '@narwhal/protocol'
import type { AttemptRecord, StoreTables } from '@narwhal/store'
import { type FollowLogDeps, followLog, type LogPlace } from './follow-log.ts'
import { endOfLog } from './end-of-log.ts'
import { findLog, readLog } from './read-log.ts'

/** The log of a job: whole, a range of bytes, or live. */
export function serveLogRoute(server: HttpServer, deps: FollowLogDeps & { readonly tokens: RouteTokens }): void {
  const streams = new Set<unknown>()
  serveRoute(server, getJobLog, {
    tokens: deps.tokens,
    answer: async (call) => {
      const wantsEvents = call.request.headers.accept?.includes('text/event-stream') === true
      await (wantsEvents ? sendEvents(deps, call, streams) : sendBytes(deps, call))
    },
  })
}

type LogCall = RouteCall<typeof getJobLog>

async function sendBytes(deps: FollowLogDeps, { params, query, request, reply }: LogCall): Promise<void> {
  const { attempt, state } = await deps.changes.change(async ({ tables }) => {
    const found = await findLog(tables, params.jobId, query.attempt)
    return { attempt: found, state: await stateOf(tables, found) }
  })
  const stored = attempt?.logEnd.bytes ?? 0
  const end = attempt === undefined ? new Uint8Array() : await endOfLog(deps, attempt)
  const length = stored + end.length
  const range = rangeOf(request.headers.range, length)
  if (range === undefined) {
    reply.header('content-range', `bytes */${length}`)
    throw problem('RANGE_NOT_SATISFIABLE', `the log has ${length} bytes`, { data: { length } })
  }
  reply
    .header('content-type', 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .header('accept-ranges', 'bytes')
    .header('narwhal-log-state', state)
    .header('narwhal-log-bytes', stored)
  if (attempt?.logSha256 !== undefined) reply.header('narwhal-log-sha256', attempt.logSha256)
  if (range.partial) reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${length}`)
  reply.header('content-length', range.end - range.start)
  await reply.send(Readable.from(attempt === undefined ? [] : bytesOf(deps, { attempt, end, range })))
}

/** What is known of a log before it is read; of a sealed one reading tells more. */
async function stateOf(tables: StoreTables, attempt: AttemptRecord | undefined): Promise<LogState> {
  if (attempt === undefined) return 'growing'
  const { id, state, logEnd, logBlob } = attempt
  if (logBlob === undefined && (await tables.chunks.countBytes(id)) !== logEnd.bytes) return 'damaged'
  if (state.state === 'lost') return 'ended-early'
  return state.state === 'leased' || state.state === 'running' ? 'growing' : 'whole'
}

type LogState = 'growing' | 'whole' | 'ended-early' | 'damaged'

interface SentBytes {
  readonly attempt: AttemptRecord
  /** What stands behind the stored bytes. */
  readonly end: Uint8Array
  readonly range: ByteRange
}

async function* bytesOf(deps: FollowLogDeps, { attempt, end, range }: SentBytes): AsyncGenerator<Uint8Array> {
  const stored = attempt.logEnd.bytes
  const pieces = readLog(deps, attempt.id, { start: range.start, end: Math.min(range.end, stored) })
  for await (const { bytes } of pieces) yield bytes
  const rest = end.subarray(Math.max(0, range.start - stored), Math.max(0, range.end - stored))
  if (rest.length > 0) yield rest
}

interface ByteRange {
  readonly start: number
  readonly end: number
  readonly partial: boolean
}

/** One range of RFC 9110, `undefined` when it lies outside; anything else gets the whole. */
function rangeOf(header: string | undefined, length: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return { start: 0, end: length, partial: false }
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first)
  const end = first === '' || last === '' ? length : Math.min(length, Number(last) + 1)
  if (start >= end) return undefined
  return { start, end, partial: true }
}

/** Live streams open at once. */
const streamLimit = 2_000

async function sendEvents(deps: FollowLogDeps, call: LogCall, streams: Set<unknown>): Promise<void> {
  const { params, query, request, reply } = call
  const resume = placeOf(request.headers['last-event-id'])
  if (streams.size >= streamLimit) throw problem('NOT_READY', `${streamLimit} live logs are being followed already`)
  const gone = new AbortController()
  reply
    .header('content-type', 'text/event-stream')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
  const signal = AbortSignal.any([gone.signal, deps.signal])
  const log = { jobId: params.jobId, resume, ...(query.attempt === undefined ? {} : { attempt: query.attempt }) }
  await deps.changes.change(({ tables }) => findLog(tables, params.jobId, query.attempt))
  streams.add(reply)
  reply.raw.once('close', () => {
    streams.delete(reply)
    gone.abort()
  })
  await reply.send(Readable.from(followLog(deps, log, signal)))
}

/** `ATTEMPT:OFFSET` as the events have it, or an offset alone; the beginning for anything else. */
function placeOf(id: string | string[] | undefined): LogPlace {
  const [, attempt, offset = '0'] = /^(?:(\d{1,9}):)?(\d{1,15})$/.exec(String(id ?? '')) ?? []
  return attempt === undefined ? { offset: Number(offset) } : { attempt: Number(attempt), offset: Number(offset) }
}
