import type { AttemptRecord } from '@narwhal/store'
import { type ReadLogDeps, readLog } from './read-log.ts'

const text = '[narwhal] The log ends here: the runner was lost.\n'

/**
 * The line that people see behind the last stored byte of an attempt whose runner was lost; empty for any other. It is never
 * stored. The log of such an attempt does not grow any more, so its bytes have places of their own behind the stored ones.
 */
export async function endOfLog(deps: ReadLogDeps, { id, state, logEnd }: AttemptRecord): Promise<Uint8Array> {
  if (state.state !== 'lost') return new Uint8Array()
  let last = 0x0a
  for await (const { bytes } of readLog(deps, id, { start: Math.max(0, logEnd.bytes - 1), end: logEnd.bytes }))
    last = bytes.at(-1) ?? last
  return Buffer.from(last === 0x0a ? text : `\n${text}`)
}
