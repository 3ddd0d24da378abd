import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** Where npm is on this machine. */
export async function npmDirectory(): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'realpath "$(command -v npm)"'])
  return join(dirname(stdout.trim()), '..')
}
