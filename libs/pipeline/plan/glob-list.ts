import { compileGlob, type Glob } from '../glob.ts'

/** Globs of which those that begin with `!` take away. */
export interface GlobList {
  /** Whether a branch or tag is meant. */
  matches(name: string): boolean
  /** Whether a file is meant: it matches, or is in a directory that one of the globs names. */
  matchesPath(path: string): boolean
}

/** The names that `globs` mean: all that one of them matches, or any name if all of them take away. */
export function globList(globs: readonly string[]): GlobList {
  const taken = globsOf(globs.filter((glob) => !glob.startsWith('!')))
  const takenAway = globsOf(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)))
  const isAll = globs.every((glob) => glob.startsWith('!'))
  const test = (matches: (glob: Glob) => boolean) => (isAll || taken.some(matches)) && !takenAway.some(matches)
  return {
    matches: (name) => test((glob) => glob.matches(name)),
    matchesPath: (path) => test((glob) => glob.matchesPath(path)),
  }
}

/** What is no glob matches nothing: the parser has said so. */
function globsOf(globs: readonly string[]): readonly Glob[] {
  return globs.flatMap((glob) => compileGlob(withoutDot(glob)) ?? [])
}

/** `./src` is `src`, and `.` is everything. */
function withoutDot(glob: string): string {
  const path = glob.replace(/^(?:\.\/+)+/, '')
  return path === '' || path === '.' ? '**' : path
}
