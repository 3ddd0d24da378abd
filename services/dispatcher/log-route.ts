import { Readable } from 'node:stream'
import { type HttpServer, type RouteCall, type RouteTokens, serveRoute } from '@narwhal/host'
import { getJobLog, problem } from '@narwhal/protocol'
import { type FollowLogDeps, followLog, type LogPlace } from './follow-log.ts'
import { findLog, type LogPiece, readLog } from './read-log.ts'

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
  const attempt = await deps.changes.change(({ tables }) => findLog(tables, params.jobId, query.attempt))
  const length = attempt?.logEnd.bytes ?? 0
  const range = rangeOf(request.headers.range, length)
  if (range === undefined) {
    reply.header('content-range', `bytes */${length}`)
    throw problem('RANGE_NOT_SATISFIABLE', `the log has ${length} bytes`, { data: { length } })
  }
  reply
    .header('content-type', 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .header('accept-ranges', 'bytes')
  if (range.partial) reply.code(206).header('content-range', `bytes ${range.start}-${range.end - 1}/${length}`)
  reply.header('content-length', range.end - range.start)
  const pieces = attempt === undefined ? [] : readLog(deps, attempt.id, range)
  await reply.send(Readable.from(bytesOf(pieces)))
}

async function* bytesOf(pieces: AsyncIterable<LogPiece> | Iterable<LogPiece>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes
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
