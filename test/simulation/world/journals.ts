import type { JournalRecord, Journals } from '@narwhal/runner/parts'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'
import type { Engine } from './engine.ts'
import { openStepLog } from './open-step-log.ts'

// What the attempts of a runner keep on its disk. A record that was written is there in the next life; one that was on its way
// may be there, or not.

/** Of one machine, by attempt; it outlives the lives of the machine. */
export type JournalShelf = Map<string, { readonly lines: string[]; renewedAt: number | undefined }>

export interface JournalDeps {
  readonly world: World
  readonly life: Life
  readonly engine: Engine
  readonly shelf: JournalShelf
}

export function simulatedJournals(deps: JournalDeps): Journals {
  const { life, engine, shelf } = deps
  return {
    async readAll() {
      const kept = [...shelf.values()].filter(({ lines }) => lines.length > 0)
      return kept.map(({ lines, renewedAt }) => ({ records: lines.map(recordOf), renewedAt }))
    },
    open({ attemptId }) {
      const place = shelf.get(attemptId) ?? { lines: [], renewedAt: undefined }
      shelf.set(attemptId, place)
      const add = async (record: JournalRecord) => {
        if (!life.passes()) return never
        place.lines.push(JSON.stringify(record))
        if (!life.passes()) return never
      }
      return {
        opened: Promise.resolve(),
        add,
        note: (record) => void add(record),
        end: (record) => end(deps, record, add),
        openLog: ({ path }, lengthBytes) => openStepLog(engine, path, lengthBytes),
        renewed(leftMs) {
          if (life.isOver) return
          place.renewedAt = life.clock.now()
          engine.renew(attemptId, leftMs)
        },
        async tellLease() {}, // here containers count from the renewal
        async remove() {
          if (!life.passes()) return never
          shelf.delete(attemptId)
        },
      }
    },
  }
}

function recordOf(line: string): JournalRecord {
  return JSON.parse(line) as JournalRecord // `add` wrote it
}

async function end(
  { world, life }: JournalDeps,
  record: JournalRecord,
  add: (record: JournalRecord) => Promise<void>,
): Promise<void> {
  if (world.decisions.happens('disk-unknown', life.machine.name)) throw new RangeError('EIO')
  await add(record)
  await life.answer(world.chance.between('journal', 0.1, 8), () => undefined)
}
