import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Clock, newId } from '@narwhal/host'
import { problem } from '@narwhal/protocol'

/** Who a runner is, for as long as its data directory lives. Disposing lets another process have the directory. */
export interface RunnerIdentity extends Disposable {
  readonly id: string
}

/**
 * Locks the data directory and reads the runner's id from it, or makes one. The lock is the operating system's: it ends
 * with the process, however that dies, so there are no stale ones.
 *
 * @throws RUNNER_DATA_IN_USE when another runner holds the directory.
 */
export async function openRunnerIdentity(data: string, clock: Pick<Clock, 'now'>): Promise<RunnerIdentity> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const lock = lockDirectory(data)
  try {
    return { id: await provideId(join(data, 'runner-id'), clock), [Symbol.dispose]: () => lock.close() }
  } catch (error) {
    lock.close()
    throw error
  }
}

/** SQLite's exclusive lock of a file that holds nothing. */
function lockDirectory(data: string): DatabaseSync {
  const lock = new DatabaseSync(join(data, 'runner.lock'), { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    throw problem('RUNNER_DATA_IN_USE', `${data} is locked by another runner`, { cause })
  }
}

async function provideId(path: string, clock: Pick<Clock, 'now'>): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '')
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/.test(kept)) return kept.trim()
  const id = newId(clock.now())
  await writeFile(`${path}.new`, `${id}\n`, { flush: true })
  await rename(`${path}.new`, path)
  return id
}
