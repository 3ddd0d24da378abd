import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { AttemptReportEvent, Offer } from '@narwhal/protocol'
import type { AttemptEnd } from './attempt-end.ts'

/** What is needed to tell the end of an attempt; the logs lie beside it in the spool. */
export interface Journal extends AttemptEnd {
  readonly offer: Offer
  readonly events: readonly AttemptReportEvent[]
  readonly at: number
}

/** Keeps the end of an attempt in its directory; it survives a crash once this has resolved. */
export async function keepJournal(directory: string, journal: Journal): Promise<void> {
  const file = await open(join(directory, 'result.json'), 'w', 0o600)
  try {
    await file.writeFile(JSON.stringify({ version: 1, ...journal }))
    await file.sync()
  } finally {
    await file.close()
  }
  const parent = await open(directory, 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}
