/** A banned word in names that mean something of Node, git, Docker, AMQP, HTTP, SQL or a forge. */
export interface WordExemption {
  readonly word: string
  /** The file, or the beginning of its path. */
  readonly path: string
  readonly because: string
}

/** Every place where a banned word is not ours. */
export const exemptions: readonly WordExemption[] = [
  { word: 'server', path: 'libs/host/http-server.ts', because: 'an HTTP server, as Node and RFC 9110 call it' },
  { word: 'revision', path: 'libs/store/', because: 'the counter of a row, for compare-and-set; nothing of a commit' },
]
