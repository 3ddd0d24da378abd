import { isProblem } from '@narwhal/protocol'
import { noPeers, type Store, type StoreTables } from '@narwhal/store'
import { plainAside } from './plain-aside.ts'
import { plainAttempts, plainChunks } from './plain-attempts.ts'
import { plainBuilds } from './plain-builds.ts'
import { plainFlows } from './plain-flows.ts'
import { plainJobs } from './plain-jobs.ts'
import { plainKept } from './plain-kept.ts'
import { plainRunners } from './plain-runners.ts'
import { type PlainRows, openPlainRows } from './plain-rows.ts'
import { Undo } from './rows.ts'

// The port of the store on maps, some thirty times as fast as SQLite: most schedules use it. It passes the contract of the
// port, and some schedules use the real one.
//
// Transactions run one after the other. One that throws is undone.

/** How often a transaction is run again after a conflict, as the real one does. */
const conflictsAllowed = 10

export function openPlainStore(): Store {
  const undo = new Undo()
  const tables = tablesOf(openPlainRows(), undo)
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }

  return {
    transaction: (work) => inTurn(() => transaction(tables, undo, work)),
    openPeers: () => noPeers,
    readiness: async () => 'ready',
    [Symbol.asyncDispose]: async () => undefined,
  }
}

async function transaction<T>(tables: StoreTables, undo: Undo, work: (tables: StoreTables) => Promise<T>): Promise<T> {
  for (let conflicts = 0; ; conflicts++) {
    undo.begin()
    try {
      return await work(tables)
    } catch (error) {
      undo.takeBack()
      if (!isProblem(error, 'STORE_CONFLICT') || conflicts >= conflictsAllowed) throw error
    } finally {
      undo.end()
    }
  }
}

function tablesOf(rows: PlainRows, undo: Undo): StoreTables {
  return {
    builds: plainBuilds(rows, undo),
    jobs: plainJobs(rows, undo),
    attempts: plainAttempts(rows, undo),
    chunks: plainChunks(rows, undo),
    runners: plainRunners(rows, undo),
    ...plainFlows(rows, undo),
    ...plainAside(rows, undo),
    ...plainKept(),
  }
}
