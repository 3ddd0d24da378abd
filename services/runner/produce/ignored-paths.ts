import { compileGlob } from '@narwhal/pipeline'

/**
 * Whether a path of a build context is left out, as `.dockerignore` says: the last pattern that matches it, or a
 * directory above it, decides; `!` takes back in. `.git` is left out unless it says otherwise.
 *
 * @param text the file; empty when there is none.
 */
export function ignoredPaths(text: string): (path: string) => boolean {
  const lines = ['.git', ...text.split(/\r?\n/).filter((line) => !line.startsWith('#'))]
  const rules = lines.flatMap((line) => {
    const isKept = line.trim().startsWith('!')
    const pattern = cleaned(line.trim().slice(isKept ? 1 : 0))
    const globs = pattern === '' ? [] : [compileGlob(pattern), compileGlob(`${pattern}/**`)]
    return globs.flatMap((glob) => (glob === undefined ? [] : [{ isKept, glob }]))
  })
  return (path) => rules.findLast(({ glob }) => glob.matches(path))?.isKept === false
}

/** `/./a//b/` → `a/b`. */
function cleaned(pattern: string): string {
  return pattern
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}
