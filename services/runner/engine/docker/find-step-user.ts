import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type Docker from 'dockerode'
import { extract } from 'tar-stream'
import { readArchive } from './read-archive.ts'

/** Who the steps of a container are, in numbers. */
export interface StepUser {
  readonly uid: number
  readonly gid: number
  /** Absolute. */
  readonly home: string
}

/** A longer /etc/passwd is read as if it were empty. */
const capBytes = 1024 ** 2

/**
 * Looks a user up as the engine does: in /etc/passwd and /etc/group of the container. Who is in neither has the home `/`.
 *
 * @param user name or number, perhaps with a group behind a colon; '' is root.
 */
export async function findStepUser(container: Docker.Container, user: string, signal: AbortSignal): Promise<StepUser> {
  const [name = '', group] = user === '' ? ['0'] : user.split(':')
  const users = await linesOf(container, '/etc/passwd', signal)
  const [, , uid = name, gid = '0', , home = ''] = users.find((each) => each[0] === name || each[2] === name) ?? []
  return {
    uid: idOf(uid),
    gid: group === undefined ? idOf(gid) : await groupOf(container, group, signal),
    home: home.startsWith('/') ? home : '/',
  }
}

async function groupOf(container: Docker.Container, group: string, signal: AbortSignal): Promise<number> {
  if (/^\d+$/.test(group)) return idOf(group)
  const groups = await linesOf(container, '/etc/group', signal)
  return idOf(groups.find(([name]) => name === group)?.[2] ?? '')
}

function idOf(text: string): number {
  const id = Number(text)
  return Number.isInteger(id) && id >= 0 && id < 2 ** 31 ? id : 0
}

/** The fields of each line of a file. */
async function linesOf(container: Docker.Container, path: string, signal: AbortSignal): Promise<readonly string[][]> {
  const content = await readSmallFile(container, path, signal)
  return content.split('\n').map((line) => line.split(':'))
}

/** '' when there is no such file; a link is followed once. */
async function readSmallFile(
  container: Docker.Container,
  path: string,
  signal: AbortSignal,
  followed = false,
): Promise<string> {
  const tar = await readArchive(container, path, signal)
  if (tar === undefined) return ''
  const entries = extract()
  Readable.from(tar, { objectMode: false })
    .on('error', (error) => entries.destroy(error))
    .pipe(entries)
  for await (const entry of entries) {
    const { type, size, linkname } = entry.header
    if (type === 'symlink' && !followed) {
      return readSmallFile(container, posix.resolve(posix.dirname(path), linkname), signal, true)
    }
    return type === 'file' && size <= capBytes ? text(entry) : ''
  }
  return ''
}
