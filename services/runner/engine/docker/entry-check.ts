import { problem } from '@narwhal/protocol'
import type { Header } from 'tar-stream'
import type { TarEntry } from './rewrite-tar.ts'

// 1. A name leads down from the directory and nowhere else: `..`, absolute names and NULs end the unpacking.
// 2. Nothing is written through a link that came with the archive. Links themselves are made as they are: whoever reads
//    them is a step, in the same container, which could make them just as well.
// 3. A hard link is one to a file that came before it in the archive.
// 4. Directories that the archive does not name are made for it, with the same owner; not those at the root, which are
//    there in every container.
// 5. Devices, FIFOs and what else there may be are left out; setuid and its like are not given.

export interface CheckOptions {
  /** Where the archive is unpacked, relative to the root of the container, with a slash behind; '' for the root. */
  readonly prefix: string
  readonly uid: number
  readonly gid: number
}

/** Checks the entries of one archive, in their order: gives what is to be unpacked at the root of a container for each. */
export function entryCheck({ prefix, uid, gid }: CheckOptions): (entry: Header) => readonly TarEntry[] {
  const files = new Set<string>()
  const links = new Set<string>()
  const directories = new Set<string>()

  return (entry) => {
    const parts = partsOf(entry.name)
    const path = parts.join('/')
    if (path === '') return [] // the directory itself
    refuseThroughLink(parts)
    files.delete(path)
    links.delete(path)
    directories.delete(path)
    const checked = checkedEntry(path, entry)
    return checked === undefined ? [] : [...missingAbove(parts), checked]
  }

  function checkedEntry(path: string, { type, linkname, mode, mtime, size }: Header): TarEntry | undefined {
    const entry = { name: prefix + path, mode: mode & 0o777, mtime, uid, gid }
    switch (type) {
      case 'file':
      case 'contiguous-file':
        files.add(path)
        return { ...entry, type: 'file', size }
      case 'directory':
        directories.add(path)
        return { ...entry, type, name: `${entry.name}/` }
      case 'symlink':
        links.add(path)
        return { ...entry, type, linkname }
      case 'link':
        return { ...entry, type, linkname: prefix + fileOf(linkname) }
      default:
        return undefined
    }
  }

  function missingAbove(parts: readonly string[]): readonly TarEntry[] {
    const missing = prefix === '' ? [] : parentsOf(parts).filter((path) => !directories.has(path))
    for (const path of missing) directories.add(path)
    return missing.map((path) => ({ name: `${prefix}${path}/`, type: 'directory', mode: 0o755, uid, gid }))
  }

  function refuseThroughLink(parts: readonly string[]): void {
    const link = parentsOf(parts).find((parent) => links.has(parent))
    if (link !== undefined) throw refusal(`${quoted(parts.join('/'))} leads through its link ${quoted(link)}`)
  }

  function fileOf(linkname: string): string {
    const parts = partsOf(linkname)
    const target = parts.join('/')
    refuseThroughLink(parts)
    if (files.has(target)) return target
    throw refusal(`it links to ${quoted(linkname)}, which is no file of it`)
  }
}

function partsOf(name: string): readonly string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  if (!name.startsWith('/') && !name.includes('\0') && !parts.includes('..')) return parts
  throw refusal(`it has the name ${quoted(name)}, which leads out of it`)
}

function parentsOf(parts: readonly string[]): readonly string[] {
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

function refusal(why: string): Error {
  return problem('ENGINE_REFUSED', `An archive was not unpacked: ${why}.`)
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 200))
}
