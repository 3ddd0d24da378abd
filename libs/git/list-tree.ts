import { runGit } from './run-git.ts'

/** An entry of a commit's tree that is no directory: a file, a symbolic link, a submodule. */
export interface TreeFile {
  readonly path: string
  /** Octal, as git has it: `100644`, `120000` for a symbolic link, `160000` for a submodule. */
  readonly mode: string
  readonly oid: string
}

/** A file with its length; of a submodule 0. */
export interface SizedFile extends TreeFile {
  readonly bytes: number
}

/** Every entry of the tree of `oid`, in git's order. @throws GIT_FAILED, GIT_MISSING, or the reason of `signal`. */
export async function listTree(
  mirrorPath: string,
  oid: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly TreeFile[]> {
  const entries = await readTree(mirrorPath, ['-r', oid], signal)
  return entries.flatMap((entry) => {
    const [, mode, name, path] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? []
    return mode === undefined || name === undefined || path === undefined ? [] : [{ path, mode, oid: name }]
  })
}

/** The same with lengths, which costs git a look at every object. */
export async function listSizes(
  mirrorPath: string,
  oid: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly SizedFile[]> {
  const entries = await readTree(mirrorPath, ['-r', '--long', oid], signal)
  return entries.flatMap((entry) => {
    const [, mode, name, bytes, path] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t([\s\S]+)$/.exec(entry) ?? []
    if (mode === undefined || name === undefined || path === undefined) return []
    return [{ path, mode, oid: name, bytes: bytes === '-' ? 0 : Number(bytes) }]
  })
}

/** Some 300,000 files: what is made of them has to fit into the memory of whoever asks. */
const maxTreeBytes = 32 * 1024 * 1024

async function readTree(mirrorPath: string, argv: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const command = ['--git-dir', mirrorPath, 'ls-tree', '-z', '--full-tree', ...argv]
  const output = await runGit(command, { signal, maxBytes: maxTreeBytes })
  return output.toString('utf8').split('\0')
}
