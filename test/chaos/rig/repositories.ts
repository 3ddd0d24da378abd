import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem } from '@narwhal/protocol'

export const owner = 'ada'

/** Where a repository of `ada` is cloned from. */
export function cloneUrlTemplate(root: string): string {
  return join(root, '{owner}', '{name}')
}

/**
 * Makes `ROOT/ada/NAME` with one commit on `main` for each pipeline, all at once.
 *
 * @returns the full names of the commits, in the order of the pipelines.
 */
export async function makeCommits(
  root: string,
  name: string,
  pipelines: readonly string[],
): Promise<readonly string[]> {
  const path = join(root, owner, name)
  await mkdir(path, { recursive: true })
  await git(path, ['init', '--quiet', '--bare', '--initial-branch=main'])
  await git(path, ['fast-import', '--quiet', '--export-marks=marks'], pipelines.map(commitOf).join(''))
  const marks = await readFile(join(path, 'marks'), 'utf8')
  const shas = new Map([...marks.matchAll(/^:(\d+) ([0-9a-f]+)$/gm)].map(([, mark, sha]) => [Number(mark), sha ?? '']))
  return pipelines.map((_, place) => shas.get(place + 1) ?? '')
}

/** @see git-fast-import(1) */
function commitOf(pipeline: string, place: number): string {
  const message = `Change ${place}`
  return [
    'commit refs/heads/main',
    `mark :${place + 1}`,
    `committer Ada Lovelace <ada@example.org> ${1_700_000_000 + place} +0000`,
    dataOf(message),
    'M 100644 inline narwhal.yml',
    dataOf(pipeline),
    '',
  ].join('\n')
}

function dataOf(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}

async function git(cwd: string, argv: readonly string[], input = ''): Promise<void> {
  const env = { PATH: process.env['PATH'], HOME: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const child = spawn('git', argv, { cwd, env, stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.end(input)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw problem('INTERNAL', `git ${argv.join(' ')} in ${cwd} ended with ${String(code)}`)
}
