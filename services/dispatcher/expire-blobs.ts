import type { Blobs } from '@narwhal/blobs'
import type { Clock, Log } from '@narwhal/host'
import type { Changes } from './changes.ts'

export interface ExpireBlobsDeps {
  readonly changes: Changes
  readonly blobs: Blobs
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

// All in milliseconds.
const everyMs = 60_000
/** How often a dispatcher looks whether the one that does this for all is gone. */
const notOurTurnMs = 5_000
const unusedMs = 14 * 24 * 3_600_000
/** Longer than any upload takes. */
const strayMs = 24 * 3_600_000

/** Looking for strays reads the whole directory: not every time. */
const looksPerStrays = 60

/** Blobs looked at in one transaction. */
const page = 64

/** Removes caches that nobody used for two weeks, blobs whose time is over, and bytes that belong to nobody; until aborted. */
export async function expireBlobs(deps: ExpireBlobsDeps): Promise<void> {
  const { changes, clock, signal } = deps
  for (let looks = 0; !signal.aborted; ) {
    const isDone = await changes.inTurn('expire', async () => {
      await changes.change(({ tables, now }) => tables.caches.removeUnused(now - unusedMs))
      await removeExpired(deps)
      if (looks++ % looksPerStrays === 0) await removeStrays(deps)
      return true
    })
    await clock.sleep(isDone === true ? everyMs : notOurTurnMs, signal).catch(() => undefined)
  }
}

/** The row goes first: should this end in between, the bytes are strays. */
async function removeExpired({ changes, blobs, log, signal }: ExpireBlobsDeps): Promise<void> {
  while (!signal.aborted) {
    const gone = await changes.change(({ tables, now }) => tables.blobs.removeExpired({ now, limit: page }))
    for (const { key } of gone) await blobs.remove(key)
    if (gone.length > 0) log.info({ blobs: gone.length }, 'artifacts and caches were removed: their time is over')
    if (gone.length < page) return
  }
}

/** What an upload left behind that was cut short by the end of its dispatcher. */
async function removeStrays({ changes, blobs, clock, signal }: ExpireBlobsDeps): Promise<void> {
  const before = clock.now() - strayMs
  let old: string[] = []
  const removeOld = async () => {
    const known = new Set(await changes.change(({ tables }) => tables.blobs.known(old)))
    for (const key of old) if (!known.has(key)) await blobs.remove(key)
    old = []
  }
  for await (const key of blobs.list('blobs/')) {
    if (signal.aborted) return
    if (madeAt(key) < before) old.push(key)
    if (old.length === page) await removeOld()
  }
  await removeOld()
  await blobs.removeAbandoned(before)
}

/** When a key was made, milliseconds since the epoch: it ends with a UUID of version 7. */
function madeAt(key: string): number {
  return Number.parseInt(key.slice(-36, -23).replace('-', ''), 16)
}
