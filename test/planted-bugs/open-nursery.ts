import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PlantedBug } from './read-bugs.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** A copy of what is committed, in which bugs are planted one after the other. */
export interface Nursery extends AsyncDisposable {
  readonly path: string
  plant(bug: PlantedBug): Promise<void>
  /** As it was before. */
  weed(): Promise<void>
}

/** Copies HEAD into a directory of its own, with its packages. Disposing removes it. */
export async function openNursery(): Promise<Nursery> {
  await using undo = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'narwhal-nursery-'))
  undo.defer(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'narwhal')
  const git = (...argv: readonly string[]) => execute('git', ['-C', path, ...argv])
  await execute('git', ['clone', '--quiet', '--shared', root, path])
  await execute(join(root, 'node_modules/.bin/pnpm'), ['install', '--frozen-lockfile', '--prefer-offline'], {
    cwd: path,
  })
  const owned = undo.move()
  return {
    path,
    plant: async ({ patch }) => void (await git('apply', patch)),
    weed: async () => void (await git('checkout', '--quiet', '--', '.')),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
