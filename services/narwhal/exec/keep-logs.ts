import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildWithLogs } from './read-build-logs.ts'

/**
 * Writes what each job said to `<path>/<job>.log`, in place of the logs of the build before.
 *
 * @returns how many files there are: a job that said nothing has none.
 */
export async function keepLogs({ jobs }: Pick<BuildWithLogs, 'jobs'>, path: string): Promise<number> {
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { recursive: true, mode: 0o700 })
  const names = new Set<string>()
  for (const { name, log } of jobs) {
    if (log === '') continue
    const file = freeName(name, names)
    names.add(file)
    await writeFile(join(path, file), log, { mode: 0o600, flag: 'wx' })
  }
  return names.size
}

/** Names of jobs come from narwhal.yml: nothing of them leads out of the directory. */
function freeName(job: string, taken: ReadonlySet<string>): string {
  const stem =
    job
      .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
      .replaceAll(/^[.-]+|-+$/g, '')
      .slice(0, 60) || 'job'
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${stem}.log` : `${stem}-${number}.log`
    if (!taken.has(name)) return name
  }
}
