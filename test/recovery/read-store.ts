import { DatabaseSync } from 'node:sqlite'

/** The file of a dispatcher that is not running: what it says of itself does not count here. */
export interface ReadStore extends Disposable {
  /** How many rows; `what` goes on after `select count(*)`. */
  count(what: string): number
  /** The texts of one column. */
  texts(query: string): readonly string[]
}

export function readStore(path: string): ReadStore {
  const database = new DatabaseSync(path, { readOnly: true })
  const column = (query: string) =>
    database
      .prepare(query)
      .all()
      .flatMap((row) => Object.values(row))
  return {
    count: (what) => Number(column(`select count(*) ${what}`)[0]),
    texts: (query) => column(query).map(String),
    [Symbol.dispose]: () => database.close(),
  }
}
