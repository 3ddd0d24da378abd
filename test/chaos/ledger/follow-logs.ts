import type { Random } from '../random.ts'
import type { Play } from '../play/play.ts'

/** The log of a job as a live stream told it, put together over all its connections. */
export interface FollowedLog {
  readonly jobId: string
  /** By the number of the attempt. */
  readonly bytes: ReadonlyMap<number, Buffer>
  /** Where the stream jumped or repeated itself, in words. */
  readonly faults: readonly string[]
  readonly connections: number
}

interface LogEvent {
  readonly id: string
  readonly event: string
  readonly data: { readonly offset?: number; readonly text?: string; readonly base64?: string; readonly state?: string }
}

/** Follows the log of a job until the job has ended, and hangs up again and again at moments of chance. */
export async function followLog(jobId: string, random: Random, play: Play): Promise<FollowedLog> {
  const { rest, sleep, signal } = play
  const bytes = new Map<number, Buffer>()
  const faults: string[] = []
  let lastId: string | undefined
  let connections = 0

  /** Whether the stream said that the attempt is over. */
  const take = ({ id, event, data }: LogEvent): boolean => {
    if (event === 'end') return true
    const attempt = Number(id.split(':')[0])
    const before = bytes.get(attempt) ?? Buffer.alloc(0)
    const piece = Buffer.from(data.text ?? data.base64 ?? '', data.text === undefined ? 'base64' : 'utf8')
    if (data.offset !== before.length)
      faults.push(`attempt ${attempt}: offset ${data.offset} behind ${before.length} bytes`)
    bytes.set(attempt, Buffer.concat([before, piece]))
    lastId = id
    return false
  }
  const connect = async (): Promise<boolean> => {
    connections++
    const hangUp = AbortSignal.timeout(random.whole(50, 3_000))
    const headers = { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) }
    try {
      const answer = await rest.ask(`/v1/jobs/${jobId}/log`, { headers, signal: AbortSignal.any([hangUp, signal]) })
      for await (const event of eventsOf(answer)) if (take(event)) return true
    } catch {
      // hung up, or the dispatcher was killed: the stream goes on where it was
    }
    return false
  }
  while (!signal.aborted) {
    const isOver = await connect()
    if (isOver && (await hasEnded(jobId, play))) break
    await sleep(random.whole(0, 500))
  }
  return { jobId, bytes, faults, connections }
}

/** An attempt may be over without its job. */
async function hasEnded(jobId: string, { rest }: Play): Promise<boolean> {
  const answer = await rest.ask(`/v1/jobs/${jobId}`)
  return ((await answer.json()) as { state: string }).state === 'finished' // as the route says
}

async function* eventsOf(answer: Response): AsyncGenerator<LogEvent> {
  let text = ''
  for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    text += Buffer.from(piece).toString('latin1') // whole events are decoded below
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) {
      const parsed = parseEvent(Buffer.from(event, 'latin1').toString('utf8'))
      if (parsed !== undefined) yield parsed
    }
  }
}

function parseEvent(text: string): LogEvent | undefined {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const data = fields.get('data')
  if (data === undefined) return undefined
  return {
    id: fields.get('id') ?? '',
    event: fields.get('event') ?? 'message',
    data: JSON.parse(data) as LogEvent['data'],
  } // as the route says
}
