import { CompiledQuery, type Kysely, type Transaction } from 'kysely'

// 1. Works run one after the other, in the order of their calls, each in a savepoint: one that throws leaves nothing
//    behind and harms no other.
// 2. What is asked for within one turn of the event loop shares one commit, and so one sync of the disk.
// 3. A call resolves after the commit of its group. When that fails, all of the group reject and nothing of it is stored.

/** Runs `work` in a transaction that it may share with others. */
export type RunInGroup<Schema> = <T>(work: (open: Transaction<Schema>) => Promise<T>) => Promise<T>

/** So that one commit does not keep the event loop for long. */
const largestGroup = 32

interface Waiting<Schema> {
  /** Runs the work; gives what tells its caller once the commit stands. */
  run(open: Transaction<Schema>): Promise<() => void>
  reject(cause: unknown): void
}

/** For a store with one connection: begins to group the transactions of `store`, which nobody else opens from now on. */
export function groupTransactions<Schema>(store: Kysely<Schema>): RunInGroup<Schema> {
  const waiting: Waiting<Schema>[] = []
  let isCommitting = false

  async function commitAll(): Promise<void> {
    while (waiting.length > 0) {
      await nextTurn()
      await commitGroup(store, waiting.splice(0, largestGroup))
    }
    isCommitting = false
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({
        async run(open) {
          const value = await work(open)
          return () => resolve(value)
        },
        reject,
      })
      if (isCommitting) return
      isCommitting = true
      commitAll().catch(reject) // it does not reject: each group tells its own
    })
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Never rejects: whoever waits is told. */
async function commitGroup<Schema>(store: Kysely<Schema>, group: readonly Waiting<Schema>[]): Promise<void> {
  const tells: (() => void)[] = []
  try {
    await store.transaction().execute(async (open) => {
      for (const one of group) await runInSavepoint(open, one, tells)
    })
    for (const tell of tells) tell()
  } catch (error) {
    for (const { reject } of group) reject(error)
  }
}

const savepoint = CompiledQuery.raw('savepoint work')
const rollback = CompiledQuery.raw('rollback to work')
const release = CompiledQuery.raw('release work')

async function runInSavepoint<Schema>(
  open: Transaction<Schema>,
  { run, reject }: Waiting<Schema>,
  tells: (() => void)[],
): Promise<void> {
  await open.executeQuery(savepoint)
  try {
    const tell = await run(open)
    await open.executeQuery(release)
    tells.push(tell)
  } catch (error) {
    await open.executeQuery(rollback).catch(() => {
      throw error // after a full disk SQLite has rolled back the whole group by itself
    })
    await open.executeQuery(release)
    reject(error)
  }
}
