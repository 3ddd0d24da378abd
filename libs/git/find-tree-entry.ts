/** One line of a tree: a file, a symbolic link, a directory or a submodule. */
export interface TreeEntry {
  readonly mode: string
  readonly oid: string
}

/** The entry `name` of a tree object, read from its bytes: `MODE SP NAME NUL OID`, again and again. */
export function findTreeEntry(tree: Buffer, name: string, oidBytes: number): TreeEntry | undefined {
  const wanted = Buffer.from(name, 'utf8')
  for (let at = 0; at < tree.length; ) {
    const nameAt = tree.indexOf(0x20, at) + 1
    const nameEnd = tree.indexOf(0, nameAt)
    if (nameAt === 0 || nameEnd === -1) return undefined // git's own check keeps such trees out
    if (tree.subarray(nameAt, nameEnd).equals(wanted)) {
      const oid = tree.toString('hex', nameEnd + 1, nameEnd + 1 + oidBytes)
      return { mode: tree.toString('latin1', at, nameAt - 1), oid }
    }
    at = nameEnd + 1 + oidBytes
  }
  return undefined
}
