import { isProblem } from '@narwhal/protocol'
import { listTree } from './list-tree.ts'
import { runGit } from './run-git.ts'

/** Another repository at a path of a commit. */
export interface Submodule {
  readonly path: string
  readonly sha: string
  /** As .gitmodules has it: a stranger's word. Absent when it says nothing of the path. */
  readonly url: string | undefined
}

/** The submodules of a commit, by path. @throws GIT_FAILED, GIT_MISSING, or the reason of `signal`. */
export async function listSubmodules(
  mirrorPath: string,
  oid: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly Submodule[]> {
  const links = (await listTree(mirrorPath, oid, { signal })).filter(({ mode }) => mode === '160000')
  if (links.length === 0) return []
  const urls = await readUrls(mirrorPath, oid, signal)
  return links.map(({ path, oid: sha }) => ({ path, sha, url: urls.get(path) }))
}

/** Path → URL. The file is only read as settings: nothing in it is followed. */
async function readUrls(mirrorPath: string, oid: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const argv = ['--git-dir', mirrorPath, 'config', '--no-includes', '--blob', `${oid}:.gitmodules`, '--list', '-z']
  const output = await runGit(argv, { signal, maxBytes: 1024 * 1024 }).catch((error: unknown) => {
    if (isProblem(error, 'GIT_FAILED')) return Buffer.alloc(0)
    throw error
  })
  const settings = new Map<string, Map<string, string>>()
  for (const entry of output.toString('utf8').split('\0')) {
    const [, name, key, value] = /^submodule\.([\s\S]+)\.(path|url)\n([\s\S]*)$/.exec(entry) ?? []
    if (name === undefined || key === undefined || value === undefined) continue
    settings.set(name, (settings.get(name) ?? new Map()).set(key, value))
  }
  return new Map([...settings.values()].map((one) => [one.get('path') ?? '', one.get('url') ?? '']))
}
