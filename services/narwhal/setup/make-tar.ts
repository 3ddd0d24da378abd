/** One entry of an archive. Owner and group are root, times are zero: the same entries give the same bytes. */
export type TarEntry =
  | { readonly kind: 'directory'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }

const blockBytes = 512
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const

/**
 * A ustar archive of `entries`, in their order. Paths and targets have at most 100 bytes.
 *
 * @see POSIX.1-2017, pax, "ustar Interchange Format".
 */
export function makeTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(2 * blockBytes)])
}

function blocksOf(entry: TarEntry): readonly Buffer[] {
  const content = entry.kind === 'file' ? entry.content : Buffer.alloc(0)
  return [headerOf(entry, content.length), content, Buffer.alloc(-content.length & (blockBytes - 1))]
}

function headerOf(entry: TarEntry, contentBytes: number): Buffer {
  const header = Buffer.alloc(blockBytes)
  header.write(entry.kind === 'directory' ? `${entry.path}/` : entry.path, 0)
  header.write(octal(entry.kind === 'symlink' ? 0o777 : entry.mode, 7), 100)
  header.write(octal(0, 7), 108) // owner
  header.write(octal(0, 7), 116) // group
  header.write(octal(contentBytes, 11), 124)
  header.write(octal(0, 11), 136) // time
  header.write(' '.repeat(8), 148) // the checksum counts itself as spaces
  header.write(typeFlags[entry.kind], 156)
  if (entry.kind === 'symlink') header.write(entry.target, 157)
  header.write('ustar\x0000', 257)
  header.write(`${octal(sumOf(header), 6)}\0 `, 148)
  return header
}

function sumOf(bytes: Buffer): number {
  return bytes.reduce((sum, byte) => sum + byte, 0)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
