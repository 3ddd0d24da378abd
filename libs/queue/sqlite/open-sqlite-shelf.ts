import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { problem } from '@narwhal/protocol'
import type { Shelf } from '../local/shelf.ts'
import { startGroupCommit } from './group-commit.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS message (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS message_of_queue ON message (queue, position);
`

/**
 * A durable shelf in the SQLite file at `path`, made when absent (its folder too). The file belongs to this process alone.
 *
 * @throws QUEUE_FILE_UNUSABLE when it cannot be opened, is no such file, or is in use.
 */
export function openSqliteShelf(path: string): Shelf {
  const database = openDatabase(path)
  const changes = startGroupCommit(database)
  const insert = database.prepare('INSERT INTO message (queue, id, body) VALUES (?, ?, ?)')
  const select = database.prepare(
    'SELECT position, id, body FROM message WHERE queue = ? AND position > ? ORDER BY position', // with `LIMIT ?` it would be planned anew at each run
  )
  const forget = database.prepare('DELETE FROM message WHERE position = ?')
  const lastOfFormerLife = Number(database.prepare('SELECT max(position) AS last FROM message').get()?.last ?? 0)

  return {
    add: (entries) =>
      changes.make(() => entries.forEach(({ queue, id, body }) => insert.run(queue, id, body)), { durable: true }),
    list: (queue, after, limit) =>
      [...select.iterate(queue, after).take(limit)].map((row) => {
        const position = Number(row.position)
        return { position, id: String(row.id), body: String(row.body), redelivered: position <= lastOfFormerLife }
      }),
    remove: (positions) =>
      changes.make(() => positions.forEach((position) => forget.run(position)), { durable: false }),
    fault: changes.fault,
    async [Symbol.asyncDispose]() {
      changes.flush()
      database.close()
    },
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true })
    using undo = new DisposableStack()
    const database = undo.adopt(new DatabaseSync(path, { timeout: 500 }), (opened) => opened.close())
    // exclusive: a second process would give the same messages a second time
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0') // pages that were only read from the log get synced; then group-commit.ts, 4
    database.exec(schema)
    undo.move()
    return database
  } catch (cause) {
    throw problem('QUEUE_FILE_UNUSABLE', `The queue in ${path} cannot be opened: ${String(cause)}`, { cause })
  }
}
