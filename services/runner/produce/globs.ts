import { compileGlob } from '@narwhal/pipeline'

/** Globs of files; those that begin with `!` take away. */
export interface FileGlobs {
  /** The smallest set of directories, or files, outside of which nothing matches; `''` is everything. In order. */
  readonly bases: readonly string[]
  /** Whether a path is meant: it matches, or is in a directory that is named, and nothing that takes away does so. */
  keeps(path: string): boolean
}

/** Reads globs of files in the workspace. What is no glob matches nothing. */
export function fileGlobs(texts: readonly string[]): FileGlobs {
  const wanted = texts.filter((text) => !text.startsWith('!')).map(plain)
  const globs = wanted.flatMap((text) => compileGlob(text) ?? [])
  const taken = texts.flatMap((text) => (text.startsWith('!') ? (compileGlob(plain(text.slice(1))) ?? []) : []))
  return {
    bases: smallest(wanted.filter((text) => compileGlob(text) !== undefined).map(baseOf)),
    keeps: (path) => globs.some((glob) => glob.matchesPath(path)) && !taken.some((glob) => glob.matchesPath(path)),
  }
}

/** `./dist/` → `dist`: a directory is meant with what is in it. */
function plain(text: string): string {
  const path = text.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '')
  return path === '.' ? '**' : path
}

/** The parts before the first one that is a pattern. */
function baseOf(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.')
  const pattern = parts.findIndex((part) => /[*?[\]{}\\]/.test(part))
  return (pattern === -1 ? parts : parts.slice(0, pattern)).join('/')
}

function smallest(bases: readonly string[]): readonly string[] {
  const isBelow = (path: string, base: string) => path !== base && (base === '' || path.startsWith(`${base}/`))
  return [...new Set(bases)].filter((path) => !bases.some((base) => isBelow(path, base))).sort()
}
