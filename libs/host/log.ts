import { catalogue, isProblem } from '@narwhal/protocol'
import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

/** Structured log of a service. */
export type Log = Logger

/** Whose log, how much of it, and for whom. */
export interface LogOptions {
  readonly service: string
  readonly level: string
  /** Lines for people instead of JSON. */
  readonly pretty: boolean
}

/** Writes to standard error; JSON lines, or readable ones when `pretty`. Authorisation headers and tokens are never written. */
export function openLog({ service, level, pretty: readable }: LogOptions): Log {
  const options = {
    level,
    base: { service },
    serializers: { err: errorInLog },
    redact: ['token', '*.token', 'headers.authorization', '*.headers.authorization'],
  }
  if (!readable) return pino(options, pino.destination({ dest: 2, sync: true }))
  return pino(
    options,
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss.l' }),
  )
}

/** A problem that has a page needs no stack; what nobody expected has one. */
function errorInLog(error: unknown): unknown {
  if (!isProblem(error) || error.code === 'INTERNAL') return pino.stdSerializers.err(error as Error) // it takes anything
  const { code, message, cause } = error
  return { code, message, fix: catalogue[code].fix, ...(cause instanceof Error && { cause: cause.message }) }
}

/** A log that keeps silent, for tests. */
export function silentLog(): Log {
  return pino({ level: 'silent' })
}
