import { problem } from '@narwhal/protocol'
import type { AttemptRecord, AttemptTable, ChunkTable } from '@narwhal/store'
import type { PlainAttempt, PlainRows } from './plain-rows.ts'
import { dataFault } from './plain-aside.ts'
import type { Undo } from './rows.ts'

export function plainAttempts({ attempts }: PlainRows, undo: Undo): AttemptTable {
  const all = () => attempts.all()
  return {
    async insert(attempt) {
      if (all().some((one) => one.jobId === attempt.jobId && one.number === attempt.number))
        throw dataFault(`there is an attempt ${attempt.number} already`)
      const record = { ...attempt, reported: 0, logEnd: { step: 0, stepBytes: 0, bytes: 0 }, revision: 0 }
      attempts.set(attempt.id, { ...record, renewals: 0 }, undo)
      return record
    },
    find: async (id) => {
      const found = attempts.get(id)
      return found && recordOf(found)
    },
    ofJobs: async (ids) =>
      all()
        .filter(({ jobId }) => ids.includes(jobId))
        .toSorted((a, b) => a.number - b.number)
        .map(recordOf),
    async renew(id) {
      const found = attempts.get(id)
      if (found === undefined || !isHeld(found)) return false
      attempts.set(id, { ...found, renewals: found.renewals + 1 }, undo)
      return true
    },
    listHeld: async () =>
      all()
        .filter(isHeld)
        .map(({ id, runnerId, renewals }) => ({ id, runnerId, renewals })),
    async save(attempt, changes) {
      const stored = attempts.get(attempt.id)
      if (stored?.revision !== attempt.revision) throw problem('STORE_CONFLICT', `attempt ${attempt.id}`)
      const saved = { ...attempt, ...changes, revision: attempt.revision + 1 }
      attempts.set(attempt.id, { ...saved, renewals: stored.renewals }, undo)
      return saved
    },
    listUnsealed: async (limit) =>
      all()
        .filter(({ state, logBlob, logEnd }) => isOver(state.state) && logBlob === undefined && logEnd.bytes > 0)
        .slice(0, limit)
        .map(recordOf),
  }
}

function isHeld({ state }: PlainAttempt): boolean {
  return state.state === 'leased' || state.state === 'running'
}

function isOver(state: string): boolean {
  return state === 'finished' || state === 'lost'
}

function recordOf(stored: PlainAttempt): AttemptRecord {
  const { renewals: _, ...attempt } = stored
  return attempt
}

export function plainChunks({ chunks }: PlainRows, undo: Undo): ChunkTable {
  return {
    async insert(attemptId, chunk) {
      const before = chunks.get(attemptId) ?? []
      const isTaken = before.some(
        ({ step, offset, position }) => (step === chunk.step && offset === chunk.offset) || position === chunk.position,
      )
      if (isTaken) throw dataFault(`there is a chunk at ${chunk.position} already`)
      chunks.set(attemptId, [...before, { ...chunk, bytes: Uint8Array.from(chunk.bytes) }], undo)
    },
    list: async (attemptId, { position, limit }) =>
      (chunks.get(attemptId) ?? [])
        .filter((chunk) => chunk.position + chunk.bytes.length > position)
        .toSorted((a, b) => a.position - b.position)
        .slice(0, limit),
    countBytes: async (attemptId) => (chunks.get(attemptId) ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0),
    async removeAll(attemptId) {
      chunks.delete(attemptId, undo)
    },
  }
}
