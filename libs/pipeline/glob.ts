import { type GlobPart, parseGlob } from './parse-glob.ts'

// Globs come from strangers, and so do the names that they are held against. A regular expression made of a glob takes
// exponential time for some of them; here each character of a name costs at most one step per part of the glob.

/** A glob that was understood. */
export interface Glob {
  /** Whether the whole of `name` is meant. */
  matches(name: string): boolean
  /** Whether `path` is meant, or is in a directory that is. Only a last part without wildcards names a directory. */
  matchesPath(path: string): boolean
}

/** The glob that `text` writes; `undefined` when it is none (`globFault` says why). */
export function compileGlob(text: string): Glob | undefined {
  const parsed = parseGlob(text)
  if ('fault' in parsed) return undefined
  const names = parsed.alternatives.map(nameTest)
  const paths = parsed.alternatives.map((parts) => (endsPlainly(parts) ? pathTest(parts) : nameTest(parts)))
  return {
    matches: (name) => names.some((test) => test(name)),
    matchesPath: (path) => paths.some((test) => test(path)),
  }
}

/** Why `text` is no glob, in a sentence without a full stop; `undefined` when it is one. */
export function globFault(text: string): string | undefined {
  const parsed = parseGlob(text)
  return 'fault' in parsed ? parsed.fault : undefined
}

/** Whether `text` has a character that is special in globs. */
export function isGlob(text: string): boolean {
  return /[*?[{\\]/.test(text)
}

/** Whether a glob means this name. Text that is no glob means itself. */
export function matchesName(glob: string, name: string): boolean {
  return isGlob(glob) ? (compileGlob(glob)?.matches(name) ?? false) : glob === name
}

type Test = (name: string) => boolean

/** Most names are told by the text that a glob begins and ends with; only what is between is gone through. */
function nameTest(parts: readonly GlobPart[]): Test {
  const first = parts.findIndex(({ kind }) => kind !== 'character')
  if (first === -1) return (name) => name === textOf(parts)
  const last = parts.findLastIndex(({ kind }) => kind !== 'character')
  const prefix = textOf(parts.slice(0, first))
  const suffix = textOf(parts.slice(last + 1))
  const middle = middleTest(parts.slice(first, last + 1))
  return (name) =>
    name.length >= prefix.length + suffix.length &&
    name.startsWith(prefix) &&
    name.endsWith(suffix) &&
    middle(name.slice(prefix.length, name.length - suffix.length))
}

/** `**`, `*`, and both parted by a slash: the middles of most globs. */
function middleTest(parts: readonly GlobPart[]): Test {
  const kinds = parts.map(({ kind }) => kind).join(' ')
  if (kinds === 'all' || kinds === 'directories star') return () => true
  if (kinds === 'star') return (name) => !name.includes('/')
  return (name) => reaches(parts, name, { orDirectory: false })
}

function pathTest(parts: readonly GlobPart[]): Test {
  const first = parts.findIndex(({ kind }) => kind !== 'character')
  const prefix = textOf(first === -1 ? parts : parts.slice(0, first))
  if (first === -1)
    return (path) => path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')
  return (path) => path.startsWith(prefix) && reaches(parts, path, { orDirectory: true })
}

function textOf(parts: readonly GlobPart[]): string {
  return parts.map((part) => (part.kind === 'character' ? part.character : '')).join('')
}

function endsPlainly(parts: readonly GlobPart[]): boolean {
  const lastSlash = parts.findLastIndex(
    (part) => part.kind === 'directories' || (part.kind === 'character' && part.character === '/'),
  )
  return parts.slice(lastSlash + 1).every(({ kind }) => kind === 'character')
}

/** Follows all ways through the parts at once. With `orDirectory` it is enough to be through in front of a slash. */
function reaches(
  parts: readonly GlobPart[],
  name: string,
  { orDirectory }: { readonly orDirectory: boolean },
): boolean {
  let here = new Set<number>()
  enter(here, parts, 0)
  for (const character of name) {
    if (orDirectory && character === '/' && here.has(parts.length)) return true
    const next = new Set<number>()
    for (const index of here) advance(next, parts, { index, character })
    if (next.size === 0) return false
    here = next
  }
  return here.has(parts.length)
}

/** Stands in front of a part, and behind it too where it may be empty. */
function enter(states: Set<number>, parts: readonly GlobPart[], index: number): void {
  for (let at = index; !states.has(at); at++) {
    states.add(at)
    const kind = parts[at]?.kind
    if (kind !== 'star' && kind !== 'all' && kind !== 'directories') return
  }
}

interface Standing {
  readonly index: number
  readonly character: string
}

function advance(next: Set<number>, parts: readonly GlobPart[], { index, character }: Standing): void {
  const part = parts[index]
  switch (part?.kind) {
    case undefined:
      return
    case 'character':
      if (part.character === character) enter(next, parts, index + 1)
      return
    case 'one':
      if (character !== '/' && part.has(character)) enter(next, parts, index + 1)
      return
    case 'star':
      if (character !== '/') enter(next, parts, index)
      return
    case 'all':
      return enter(next, parts, index)
    case 'directories':
      next.add(index) // inside a directory's name: behind the part only once it is closed by a slash
      if (character === '/') enter(next, parts, index + 1)
      return
    default:
      part satisfies never
  }
}
