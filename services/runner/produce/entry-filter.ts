import { posix } from 'node:path'
import type { Header } from 'tar-stream'
import type { EntryHeader } from './make-tar.ts'
import { sizeText } from './size-text.ts'

// Tars of containers are a stranger's. What is passed on of one:
//
// 1. Files, directories, symbolic links, and hard links to files that were passed on before; nothing twice.
// 2. Nothing below a symbolic link. A symbolic link of an artifact leads to somewhere below the root by its text.
// 3. No owners, and no bits beyond 0777.

/** What belongs into an archive. */
export interface EntryRules {
  /** Whether a path, below the root of the archive, is wanted. */
  readonly keeps: (path: string) => boolean
  /** `exact`: links may lead anywhere and times stay. `portable`: equal content makes equal bytes, links stay below the root. */
  readonly form: 'exact' | 'portable'
  readonly maxEntries: number
  /** Of all files together. */
  readonly maxBytes: number
  /** @param what such as `more than 2 GiB`, with the largest files so far. */
  readonly tooLarge: (what: string) => Error
}

export interface EntryFilter {
  /** How many were passed on that are no directories. */
  readonly files: () => number
  /** How many were wanted and could not be passed on, and the first of them. */
  readonly leftOut: () => { readonly count: number; readonly examples: readonly string[] }
  /**
   * What to write for an entry; absent when it is not passed on.
   *
   * @param pathOf the path in the archive for a name in the tar; absent for a name that is not sound.
   * @throws what `tooLarge` gives.
   */
  pass(header: Header, pathOf: (name: string) => string | undefined): EntryHeader | undefined
}

/** Names are kept in memory; all together they may have so many characters. */
const maxNames = 32 * 1024 * 1024
const maxExamples = 3
const maxLargest = 5

/** Not 1970: zip, and what is built on it, knows no time before 1980. */
const sameTime = new Date('1985-10-26T08:15:00Z')

/** A filter for one archive, which may be made of several tars. */
export function openEntryFilter(rules: EntryRules): EntryFilter {
  const files = new Set<string>()
  const links = new Set<string>()
  const examples: string[] = []
  const totals = countTotals(rules)
  let leftOut = 0

  const refuse = (path: string, why: string): undefined => {
    if (leftOut++ < maxExamples) examples.push(`${path} (${why})`)
  }

  return {
    files: () => files.size + links.size,
    leftOut: () => ({ count: leftOut, examples }),
    pass(header, pathOf) {
      const path = pathOf(header.name)
      if (path === '' || (path !== undefined && !rules.keeps(path))) return undefined
      if (path === undefined) return refuse(header.name.slice(0, 100), 'its name')
      const fault = faultOf(header, path, { files, links, form: rules.form, pathOf })
      if (fault !== undefined) return refuse(path, fault)
      totals.add(path, header.size)
      if (header.type === 'symlink') links.add(path)
      else if (header.type !== 'directory') files.add(path)
      return passedOn(header, path, { form: rules.form, pathOf })
    },
  }
}

interface Passed {
  readonly files: ReadonlySet<string>
  readonly links: ReadonlySet<string>
  readonly form: EntryRules['form']
  readonly pathOf: (name: string) => string | undefined
}

/** Why an entry is not passed on, if it is not. */
function faultOf(header: Header, path: string, { files, links, form, pathOf }: Passed): string | undefined {
  const { type: kind, linkname } = header
  if (files.has(path) || links.has(path)) return 'there twice'
  if (isBelow(path, links)) return 'below a link'
  switch (kind) {
    case 'file':
    case 'contiguous-file':
    case 'directory':
      return undefined
    case 'symlink':
      return form === 'exact' || leadsInside(path, linkname) ? undefined : 'a link that leads out of the workspace'
    case 'link':
      return files.has(pathOf(linkname) ?? '') ? undefined : 'a hard link to something that is not among them'
    case 'block-device':
    case 'character-device':
    case 'fifo':
      return 'no file'
    default:
      kind satisfies never
      return 'no file' // the tar says what its types do not
  }
}

function isBelow(path: string, links: ReadonlySet<string>): boolean {
  if (links.size === 0) return false
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
    if (links.has(path.slice(0, end))) return true
  }
  return false
}

function leadsInside(path: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || /[\0\uFFFD]/.test(target)) return false
  const reached = posix.join(posix.dirname(path), target)
  return reached !== '..' && !reached.startsWith('../')
}

function passedOn(header: Header, path: string, { form, pathOf }: Pick<Passed, 'form' | 'pathOf'>): EntryHeader {
  const { type, mode, size, mtime, linkname } = header
  const plain = { mode: mode & 0o777, mtime: form === 'exact' ? mtime : sameTime, uid: 0, gid: 0 }
  if (type === 'directory') return { ...plain, name: `${path}/`, type }
  if (type === 'symlink') return { ...plain, name: path, type, linkname, mode: 0o777 }
  if (type === 'link') return { ...plain, name: path, type, linkname: pathOf(linkname) ?? '' }
  return { ...plain, name: path, type: 'file', size }
}

function countTotals({ maxEntries, maxBytes, tooLarge }: EntryRules) {
  let entries = 0
  let names = 0
  let bytes = 0
  let largest: { readonly path: string; readonly size: number }[] = []

  const refusal = (what: string) => {
    const list = largest.map(({ path, size }) => `${path.slice(0, 200)} (${sizeText(size)})`)
    return tooLarge(`${what}. The largest so far: ${list.join(', ') || 'none'}`)
  }
  return {
    add(path: string, size: number): void {
      entries += 1
      names += path.length
      bytes += size
      if (size > (largest.at(maxLargest - 1)?.size ?? -1)) {
        largest = [...largest, { path, size }].sort((one, other) => other.size - one.size).slice(0, maxLargest)
      }
      if (entries > maxEntries) throw refusal(`more than ${maxEntries.toLocaleString('en')} files and directories`)
      if (names > maxNames) throw refusal('names that are too long all together')
      if (bytes > maxBytes) throw refusal(`more than ${sizeText(maxBytes)}`)
    },
  }
}
