import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const nobody = 65_534

/**
 * Runs a program as a user that is not root: as nobody when the tests are root's, else as whoever runs
 * them. The program tells what it found as JSON.
 *
 * @param gid the group that it is in, for a socket that only a group may use.
 */
export async function runAsOtherUser(program: URL, { gid = nobody } = {}): Promise<unknown> {
  const user = process.getuid?.() === 0 ? { uid: nobody, gid } : {}
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(program)], {
    ...user,
    cwd: '/',
    timeout: 100_000,
  })
  return JSON.parse(stdout)
}
