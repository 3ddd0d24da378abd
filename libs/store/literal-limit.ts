import { sql } from 'kysely'

/** At most so many rows, as part of the query's text: SQLite plans a query anew at each run when its limit is a parameter. */
export function literalLimit(rows: number) {
  return sql.lit(rows)
}
