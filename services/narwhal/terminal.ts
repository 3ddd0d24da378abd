import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text as allOf } from 'node:stream/consumers'
import { styleText } from 'node:util'
import { untilAborted } from '@narwhal/host'

export type Colour = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Colours a text, or leaves it as it is where colours are not wanted. */
export type Paint = (colour: Colour, text: string) => string

/** Where a command writes, and whom it can ask. */
export interface Terminal {
  /** A line for people on standard output. */
  print(line: string): void
  /** A line on standard error, so that what is piped on stays clean. */
  remark(line: string): void
  /** Bytes or text on standard output as they are; resolves when there is room for more. */
  write(chunk: Uint8Array | string): Promise<void>
  /** The one line at the bottom that is written over and over; `undefined` removes it. Only on a live terminal. */
  status(text: string | undefined): void
  /** A yes-or-no question; rejects with the signal's reason when aborted. */
  confirm(question: string, options: { readonly signal: AbortSignal }): Promise<boolean>
  /** A text that nobody sees while it is typed; all of standard input when that is no terminal. */
  readSecret(question: string, options: { readonly signal: AbortSignal }): Promise<string>
  readonly paint: Paint
  /** Standard output is a terminal that people look at. */
  readonly isLive: boolean
  /** Somebody can be asked. */
  readonly isInteractive: boolean
}

export interface TerminalStreams {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

const clearLine = '\r\x1b[K'

/** The terminal of this process. Colours as `util.styleText` decides: NO_COLOR, FORCE_COLOR, no terminal. */
export function openTerminal({ stdin, stdout, stderr }: TerminalStreams, isCi: boolean): Terminal {
  const isLive = stdout.isTTY === true && !isCi
  let shown = ''
  stdout.once('error', () => process.kill(process.pid, 'SIGHUP')) // `narwhal log | head`, a window that was closed
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined) // nobody reads any more
  return {
    print: (line) => void stdout.write(shown === '' ? `${line}\n` : `${clearLine}${line}\n${shown}`),
    remark: (line) => void stderr.write(`${line}\n`),
    async write(chunk) {
      if (!stdout.write(chunk)) await once(stdout, 'drain')
    },
    status(text = '') {
      const next = isLive ? cut(text, stdout.columns) : ''
      if (next !== shown) stdout.write(`${clearLine}${next}`)
      shown = next
    },
    async confirm(question, { signal }) {
      using lines = createInterface({ input: stdin, output: stdout })
      const answer = await lines.question(`${question} [Y/n] `, { signal })
      return /^(?:y|yes|)$/i.test(answer.trim())
    },
    readSecret: (question, { signal }) => readSecret({ stdin, stdout: stderr }, question, signal),
    paint: (colour, text) => styleText(colour, text, { stream: stdout }),
    isLive,
    isInteractive: isLive && stdin.isTTY === true,
  }
}

/** The question goes to standard error: what the command prints may be piped on. */
async function readSecret(
  { stdin, stdout }: Pick<TerminalStreams, 'stdin' | 'stdout'>,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (stdin.isTTY !== true) {
    const stop = () => void stdin.destroy() // else it would keep the command from ending
    signal.addEventListener('abort', stop, { once: true })
    return untilAborted(allOf(stdin), signal)
  }
  stdout.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  using lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT')) // in raw mode Ctrl-C is a key like any other
  try {
    return await lines.question('', { signal })
  } finally {
    stdout.write('\n')
  }
}

/** A line that wraps cannot be written over. */
function cut(text: string, columns: number): string {
  const characters = Array.from(text)
  return characters.length < columns ? text : `${characters.slice(0, Math.max(0, columns - 2)).join('')}…`
}
