import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)

export interface ScriptedJob {
  /** Directory of the repository. */
  readonly source: string
  readonly image: string
  /** One `docker run` for each. */
  readonly commands: readonly string[]
}

/** The script that a user would write instead of us: `git clone --depth 1 && docker run --rm`. Milliseconds of its run. */
export async function timeScript({ source, image, commands }: ScriptedJob): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'narwhal-script-'))
  try {
    const mount = `-v "${directory}/w:/workspace" -w /workspace`
    const runs = commands.map((command) => `docker run --rm ${mount} ${image} sh -c '${command}'`)
    const script = [`git clone --quiet --depth 1 "file://${source}" "${directory}/w"`, ...runs].join(' && ')
    const startedAt = performance.now()
    await exec('sh', ['-c', script])
    return performance.now() - startedAt
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Only the `docker run`s, one after the other, without any clone. */
export async function timeDockerRuns(image: string, commands: readonly string[]): Promise<number> {
  const script = commands.map((command) => `docker run --rm ${image} sh -c '${command}'`).join(' && ')
  const startedAt = performance.now()
  await exec('sh', ['-c', script])
  return performance.now() - startedAt
}
