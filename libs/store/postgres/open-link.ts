import { createHash } from 'node:crypto'
import { problem } from '@narwhal/protocol'
import { Client } from 'pg'
import type { PeersClock } from '../peers.ts'
import { settingsOf } from './open-pool.ts'

/** One connection that hears what other processes tell, and holds turns. It is not made again when it broke. */
export interface Link extends AsyncDisposable {
  /** Aborts when the connection broke. */
  readonly ended: AbortSignal
  /** Tells the others. */
  notify(text: string): Promise<void>
  /** Whether the turn is ours; takes it if nobody has it. It is given back with the end of the connection. */
  hasTurn(name: string): Promise<boolean>
  /** Gives it back now. */
  passTurn(name: string): Promise<void>
  /** Shows both sides that the other one lives. */
  beat(): Promise<void>
}

export interface LinkOptions {
  readonly clock: PeersClock
  readonly heard: (text: string) => void
}

// All in milliseconds.
const answersWithinMs = 3_000
/** PostgreSQL ends a link that was silent for so long, and its turns pass on. */
const silentMs = 4_000
/** So long after an answer nobody else can have our turns. */
const freshMs = 2_000
/** So long after somebody else had a turn it is not asked for again; after it was passed on, so that others see it, longer. */
const refusedMs = 900
const passedMs = 3_000

/** @throws what pg throws when PostgreSQL cannot be reached */
export async function openLink(url: string, { clock, heard }: LinkOptions): Promise<Link> {
  const ended = new AbortController()
  const turns = new Set<string>()
  const notBefore = new Map<string, number>()
  let answeredAt = 0
  const client = new Client({
    ...settingsOf(url),
    connectionTimeoutMillis: answersWithinMs,
    query_timeout: answersWithinMs,
    options: `-c idle_session_timeout=${silentMs}`,
  })
  const end = () => ended.abort(problem('STORE_UNAVAILABLE', 'the connection with the other dispatchers ended'))
  client.on('error', end)
  client.on('end', end)
  let asking: Promise<unknown> = Promise.resolve()
  const askNow = async (sql: string, values: readonly string[]) => {
    const asked = clock.monotonic()
    const { rows } = await client.query<{ answer: unknown }>(sql, [...values]).catch((error: unknown) => {
      end() // nobody knows what the server did: a turn may be ours without our knowing
      throw error
    })
    answeredAt = asked
    return rows[0]?.answer
  }
  const ask = (sql: string, values: readonly string[] = []): Promise<unknown> => {
    const answer = asking.then(() => askNow(sql, values)) // pg takes one query at a time
    asking = answer.catch(() => undefined)
    return answer
  }
  await client.connect()
  const pid = await ask('select pg_backend_pid() as answer')
  client.on('notification', ({ processId, payload = '' }) => {
    if (processId !== pid) heard(payload)
  })
  await ask('listen narwhal')
  return {
    ended: ended.signal,
    notify: async (text) => void (await ask("select pg_notify('narwhal', $1)", [text])),
    async hasTurn(name) {
      const now = clock.monotonic()
      if (turns.has(name)) {
        if (now - answeredAt > freshMs) await ask('select 1 as answer')
        return true
      }
      if (now < (notBefore.get(name) ?? now)) return false
      const isTaken = (await ask('select pg_try_advisory_lock($1) as answer', [keyOf(name)])) === true
      if (isTaken) turns.add(name)
      else notBefore.set(name, now + refusedMs)
      return isTaken
    },
    async passTurn(name) {
      if (!turns.delete(name)) return
      notBefore.set(name, clock.monotonic() + passedMs)
      await ask('select pg_advisory_unlock($1) as answer', [keyOf(name)])
    },
    beat: async () => void (await ask('select 1 as answer')),
    [Symbol.asyncDispose]: () => client.end().catch(() => undefined),
  }
}

/** The number that stands for a name; 64 bits, as text. */
function keyOf(name: string): string {
  return createHash('sha256').update(`narwhal ${name}`).digest().readBigInt64BE().toString()
}
