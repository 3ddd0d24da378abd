import type { Log } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import type { Trace } from './trace.ts'

/** The log of a machine: what it says of trouble is part of the trace. */
export function machineLog(trace: Trace, name: string): Log {
  const say = (weight: 'story' | 'detail') => (fields: unknown, text?: string) =>
    trace.say(name, `log: ${text ?? String(fields)}${causeOf(fields)}`, weight)
  const nothing = () => undefined
  const log = {
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: say('detail'),
    error: say('story'),
    fatal: say('story'),
  }
  return { ...log, child: () => log } as unknown as Log // what Narwhal uses of pino
}

function causeOf(fields: unknown): string {
  const error = typeof fields === 'object' && fields !== null && 'err' in fields ? fields.err : undefined
  if (error === undefined) return ''
  return isProblem(error)
    ? ` (${error.code})`
    : ` (${error instanceof Error ? error.message.split('\n')[0] : typeof error})`
}
