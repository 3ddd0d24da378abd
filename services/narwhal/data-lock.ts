import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { problem } from '@narwhal/protocol'

/**
 * Locks a data directory for this process, and makes it when it is missing. The lock is the operating system's: it ends
 * with the process, however that dies.
 *
 * @throws {ProblemError} DATA_IN_USE
 */
export async function lockData(data: string): Promise<Disposable> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(join(data, 'up.lock'), { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw problem('DATA_IN_USE', `${data} is locked by another process`, { cause })
  }
  return { [Symbol.dispose]: () => lock.close() }
}
