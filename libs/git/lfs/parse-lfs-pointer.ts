/** What stands in git in the place of a large file. */
export interface LfsPointer {
  /** SHA-256 of the file, in hex. */
  readonly oid: string
  readonly bytes: number
}

/** Pointers are shorter than this. */
export const lfsPointerBytes = 1024

/** The pointer that a file is, absent when it is none. @see the Git LFS specification, version 1. */
export function parseLfsPointer(text: string): LfsPointer | undefined {
  const lines = text.split('\n')
  if (lines[0] !== 'version https://git-lfs.github.com/spec/v1') return undefined
  const oid = valueOf(lines, 'oid sha256:')
  const size = valueOf(lines, 'size ')
  if (oid === undefined || !/^[0-9a-f]{64}$/.test(oid)) return undefined
  if (size === undefined || !/^\d{1,15}$/.test(size)) return undefined
  return { oid, bytes: Number(size) }
}

function valueOf(lines: readonly string[], start: string): string | undefined {
  return lines.find((line) => line.startsWith(start))?.slice(start.length)
}
