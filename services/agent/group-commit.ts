import type { Kysely, Transaction } from 'kysely'

/** Lets changes that come together share one transaction, and so one sync of the disk. */
export interface GroupCommit<Schema> {
  /**
   * Applies `change` in the transaction of its group and resolves once that is durable.
   * When one change of a group rejects, or the commit fails, all of the group reject and nothing of it is stored.
   */
  write<T>(change: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>
}

interface Waiting<Schema> {
  /** Applies the change; gives what tells its caller once the commit stands. */
  apply(transaction: Transaction<Schema>): Promise<() => void>
  reject(cause: unknown): void
}

/** A group is what was asked for within one turn of the event loop, or while the group before was being committed. */
export function openGroupCommit<Schema>(store: Kysely<Schema>): GroupCommit<Schema> {
  let waiting: Waiting<Schema>[] = []

  async function commit(): Promise<void> {
    const group = waiting
    waiting = []
    try {
      const tells = await store.transaction().execute(async (transaction) => {
        const applied: (() => void)[] = []
        for (const { apply } of group) applied.push(await apply(transaction))
        return applied
      })
      for (const tell of tells) tell()
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  return {
    write: (change) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(() => void commit())
        waiting.push({
          async apply(transaction) {
            const value = await change(transaction)
            return () => resolve(value)
          },
          reject,
        })
      }),
  }
}
