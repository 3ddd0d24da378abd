import { type Log, silentLog } from '@narwhal/host'

export interface HeardLine {
  readonly level: string
  readonly fields: object
  readonly text: string
}

/** A log that remembers what it is told. */
export function heardLog(): { readonly log: Log; readonly lines: HeardLine[] } {
  const lines: HeardLine[] = []
  const hears = (level: string) => (fields: object, text: string) => void lines.push({ level, fields, text })
  const heard = { debug: hears('debug'), info: hears('info'), warn: hears('warn'), error: hears('error') }
  return { log: Object.assign(silentLog(), heard), lines }
}
