/** What a commit object says of itself. */
export interface CommitInfo {
  /** At most 65,536 characters. */
  readonly message: string
  /** The author's name, for people to read; it proves nothing. At most 200 characters. */
  readonly author: string
}

/** A commit object: the full names of its tree and its first parent, and its words. */
export interface ParsedCommit extends CommitInfo {
  readonly tree: string
  /** Absent for the first commit of a history. */
  readonly parent: string | undefined
}

/** Reads the bytes of a commit object. Bytes that are not UTF-8 become `�`. */
export function parseCommit(body: Buffer): ParsedCommit {
  const text = body.toString('utf8')
  const headEnd = text.indexOf('\n\n')
  const head = headEnd === -1 ? text : text.slice(0, headEnd)
  const message = headEnd === -1 ? '' : text.slice(headEnd + 2)
  return {
    tree: /^tree ([0-9a-f]+)$/m.exec(head)?.[1] ?? '',
    parent: /^parent ([0-9a-f]+)$/m.exec(head)?.[1],
    author: (/^author (.*?) ?<.*$/m.exec(head)?.[1] ?? '').slice(0, 200),
    message: message.trimEnd().slice(0, 65_536),
  }
}
