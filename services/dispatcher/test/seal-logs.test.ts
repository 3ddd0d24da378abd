import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Blobs, openBlobs } from '@narwhal/blobs'
import { openWake, silentLog, virtualClock } from '@narwhal/host'
import { openStore } from '@narwhal/store'
import { expect, test, vi } from 'vitest'
import { insertBuild } from '../accept-commit.ts'
import { openChanges } from '../changes.ts'
import { sealLogs } from '../seal-logs.ts'
import { commit } from './open-dispatcher.ts'

const ids = { good: '00000000-0000-7000-8000-00000000000a', other: '00000000-0000-7000-8000-00000000000b' }
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

interface Log {
  readonly stored: string
  readonly told: string
  /** The runner was lost: nobody told a hash. */
  readonly isLost?: true
}

interface Watched {
  readonly stop?: AbortController
  readonly log?: ReturnType<typeof silentLog>
}

/** Two ended attempts with logs, `other` as given; gives who is sealed once nothing more is. */
async function sealBoth(other: Log, blobs: Blobs, { stop = new AbortController(), log = silentLog() }: Watched = {}) {
  await using store = await openStore('memory:')
  const clock = virtualClock()
  const changes = openChanges({ store, clock })
  const logs: Record<keyof typeof ids, Log> = { good: { stored: 'good\n', told: 'good\n' }, other }
  const build = await changes.change((change) => insertBuild(change, commit, {}))
  await changes.change(async ({ tables }) => {
    const [job] = await tables.jobs.ofBuilds([build.id])
    for (const [number, name] of (['other', 'good'] as const).entries()) {
      const { stored, told, isLost } = logs[name]
      const of = {
        id: ids[name],
        jobId: job?.id ?? '',
        number,
        runnerId: 'r',
        runnerName: 'r',
        tokenHash: '',
        steps: [],
      }
      const attempt = await tables.attempts.insert({ ...of, state: { state: 'leased', leasedAt: 1 } })
      const bytes = Buffer.from(stored)
      await tables.chunks.insert(attempt.id, { step: 0, offset: 0, position: 0, at: 1, bytes })
      await tables.attempts.save(attempt, {
        state: isLost
          ? { state: 'lost', lostAt: 2 }
          : { state: 'finished', ending: { outcome: 'passed' }, finishedAt: 2 },
        logEnd: { step: 0, stepBytes: told.length, bytes: told.length },
        ...(isLost ? {} : { logSha256: sha256(told) }),
      })
    }
  })
  const sealing = sealLogs({ changes, blobs, clock, wake: openWake(), log, signal: stop.signal }).catch(
    (error: unknown) => {
      if (!stop.signal.aborted) throw error // a stop may meet a log that is being moved
    },
  )
  const look = (id: string) =>
    changes.change(async ({ tables }) => ({
      isSealed: (await tables.attempts.find(id))?.logBlob !== undefined,
      stored: await tables.chunks.countBytes(id),
    }))
  await vi.waitFor(async () => expect(stop.signal.aborted || (await look(ids.good)).isSealed).toBe(true), 5_000)
  stop.abort()
  await sealing
  return { good: await look(ids.good), other: await look(ids.other) }
}

test.each([
  ['of other bytes', { stored: 'lost\n', told: 'told\n' }],
  ['that is shorter', { stored: 'tol', told: 'told\n' }],
  ['of a lost attempt that is shorter', { stored: 'tol', told: 'told\n', isLost: true as const }],
])('a log %s than the runner told stays in the store, and holds up no other', async (_, other) => {
  await using blobs = await openBlobs('memory:')

  const ends = await sealBoth(other, blobs)

  expect(ends.good).toEqual({ isSealed: true, stored: 0 })
  expect(ends.other).toEqual({ isSealed: false, stored: other.stored.length })
})

test('the chunks of a log go only once its blob was read back as it was written', async () => {
  await using kept = await openBlobs('memory:')
  const read: Blobs['read'] = (key, options) =>
    key.includes(ids.other)
      ? (async function* () {
          yield gzipSync('tilt\n')
        })()
      : kept.read(key, options)

  const ends = await sealBoth({ stored: 'told\n', told: 'told\n' }, { ...kept, read })

  expect(ends).toEqual({ good: { isSealed: true, stored: 0 }, other: { isSealed: false, stored: 5 } })
})

test('a stop while a log is moved leaves it in the store, and is no error', async () => {
  await using kept = await openBlobs('memory:')
  const stop = new AbortController()
  const error = vi.fn<ReturnType<typeof silentLog>['error']>()
  const write: Blobs['write'] = async (key, bytes, options) => {
    if (key.includes(ids.good)) stop.abort()
    options.signal.throwIfAborted()
    return kept.write(key, bytes, options)
  }

  const ends = await sealBoth(
    { stored: 'told\n', told: 'told\n' },
    { ...kept, write },
    { stop, log: Object.assign(silentLog(), { error }) },
  )

  expect(ends).toEqual({ other: { isSealed: true, stored: 0 }, good: { isSealed: false, stored: 5 } })
  expect(error).not.toHaveBeenCalled()
})
