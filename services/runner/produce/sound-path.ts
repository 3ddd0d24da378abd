/** Longer names are nobody's files. */
const maxPathLength = 4_096

/**
 * `a/b` for a name in a tar, `''` for the root itself; absent for a name that leads out, is no text, or is endless.
 * A path so cleaned can only mean what is below the root.
 */
export function soundPath(name: string): string | undefined {
  if (name.length > maxPathLength || name.startsWith('/') || /[\0\uFFFD]/.test(name)) return undefined
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? undefined : parts.join('/')
}

/** The same for a name from `Container.packFiles`, which begins with the last part of what was packed: the path below that. */
export function pathBelowPacked(name: string): string | undefined {
  const end = name.indexOf('/')
  return end === -1 ? '' : soundPath(name.slice(end + 1).replace(/^\/+/, ''))
}
