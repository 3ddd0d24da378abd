import { constants } from 'node:fs'
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { problem } from '@narwhal/protocol'

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_APPEND } = constants

/**
 * Makes a new, empty, regular file and returns it open for appending. The spool is writable for the job: whatever it
 * has put under that name is taken away first, and never followed.
 *
 * @param mode permission bits, whatever the umask.
 * @param options `append`: a regular file of that name stays and goes on.
 * @throws DISK_FULL; RUNNER_ERROR when the name cannot be had.
 */
export async function makeSpoolFile(path: string, mode: number, { append = false } = {}): Promise<FileHandle> {
  try {
    const there = append ? await openRegular(path) : undefined
    if (there !== undefined) return there
    await takeAway(path)
    const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND, 0o600)
    await file.chmod(mode)
    return file
  } catch (error) {
    throw spoolProblem(error, path)
  }
}

/** `undefined`: nothing, or nothing regular, bears the name. */
async function openRegular(path: string): Promise<FileHandle | undefined> {
  const file = await open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined)
  if (file === undefined || (await file.stat()).isFile()) return file
  await file.close()
  return undefined
}

/** Frees a name in the spool, whatever bears it. */
export async function takeAway(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    await rename(path, `${path}.${randomUUID()}`) // a directory: the runner removes it with the spool
  }
}

function spoolProblem(error: unknown, path: string): Error {
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return problem('DISK_FULL', `No space for ${path}`, { cause: error })
  return problem('RUNNER_ERROR', `The spool file ${path} cannot be made: ${code}`, { cause: error })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
