import { backoffMs } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import type { Api } from './open-api.ts'
import { readEvents } from './read-events.ts'
import { askForLog } from './read-log.ts'

export interface FollowedAttempt {
  readonly jobId: string
  readonly attempt: number
  readonly signal: AbortSignal
}

const backOff = { baseMs: 250, capMs: 5_000 }

/**
 * The log of one attempt as it grows, up to the attempt's end. A connection that breaks is made again, from the last event
 * that came, without end; only a first one that cannot be made is an error.
 *
 * @throws {ProblemError} UNREACHABLE; the reason of `signal`.
 */
export async function* followLog(api: Api, { signal, ...attempt }: FollowedAttempt): AsyncGenerator<Uint8Array> {
  let lastId = ''
  let failures = 0
  for (let connections = 0; ; ) {
    try {
      const resume: Record<string, string> = lastId === '' ? {} : { 'last-event-id': lastId }
      const headers = { accept: 'text/event-stream', ...resume }
      const { body } = await askForLog(api, { ...attempt, signal }, headers)
      connections++
      for await (const { type, id, data } of readEvents(body)) {
        failures = 0
        if (type === 'end') return
        lastId = id // as it came: what it means is the dispatcher's
        yield bytesOf(data)
      }
    } catch (error) {
      signal.throwIfAborted()
      if (connections === 0 && isProblem(error)) throw error
    }
    await api.clock.sleep(backoffMs(failures++, backOff), signal)
  }
}

function bytesOf(data: string): Uint8Array {
  const { text, base64 } = JSON.parse(data) as { text?: string; base64?: string } // what follow-log of the dispatcher sends
  return text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text)
}
