import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Environment } from '@narwhal/host'
import { isProblem } from '@narwhal/protocol'
import { lockData } from '../data-lock.ts'

/** Where `narwhal exec` keeps its things. Disposing frees it for the next one, which begins afresh unless they were kept. */
export interface ExecData extends AsyncDisposable {
  readonly path: string
  /** The build has ended: the next one may go on from here. */
  keep(): Promise<void>
  /** For logs that people read afterwards; absent where nothing stays. */
  readonly logsPath?: string
}

/**
 * The directory that stays between two execs of one working tree: its caches, and what was fetched. While another exec
 * has it, a directory for this one alone; what an exec that was interrupted left is removed first.
 *
 * @param root of the working tree.
 */
export async function openExecData(
  root: string,
  { env, fresh }: { readonly env: Environment; readonly fresh: boolean },
): Promise<ExecData> {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const path = join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'narwhal', 'exec', name)
  try {
    return await openKept(path, fresh)
  } catch (error) {
    if (!isProblem(error, 'DATA_IN_USE')) throw error
    const own = await mkdtemp(join(tmpdir(), 'narwhal-exec-'))
    return {
      path: own,
      keep: async () => undefined,
      [Symbol.asyncDispose]: () => rm(own, { recursive: true, force: true }),
    }
  }
}

async function openKept(path: string, fresh: boolean): Promise<ExecData> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  using undo = new DisposableStack()
  undo.use(await lockData(path))
  const things = join(path, 'data')
  const unfinished = join(path, 'unfinished')
  if (fresh || (await isThere(unfinished))) await clear(things)
  await mkdir(things, { recursive: true })
  await writeFile(unfinished, '')
  const lock = undo.move()
  return {
    path: things,
    logsPath: join(path, 'logs'),
    keep: () => rm(unfinished, { force: true }),
    async [Symbol.asyncDispose]() {
      lock.dispose()
    },
  }
}

/** By its id a runner finds the containers that one before it could not remove. */
async function clear(path: string): Promise<void> {
  const idPath = join(path, 'runner', 'runner-id')
  const id = await readFile(idPath, 'utf8').catch(() => undefined)
  await rm(path, { recursive: true, force: true })
  if (id === undefined) return
  await mkdir(dirname(idPath), { recursive: true })
  await writeFile(idPath, id)
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
