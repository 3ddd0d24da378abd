import { once } from 'node:events'
import { problem } from '@narwhal/protocol'
import { redact } from './redact.ts'
import { endGit, type GitAccess, startGit } from './start-git.ts'

/** Options of one git command that ends by itself. */
export interface RunGitOptions extends GitAccess {
  readonly signal: AbortSignal
  /** Longer than this and the command is ended; 10 minutes unless told. */
  readonly timeoutMs?: number
  /** More output than this and the command is ended; 64 MiB unless told. */
  readonly maxBytes?: number
}

/**
 * Runs `git` with an argument array and gives what it printed.
 *
 * @throws GIT_OUTPUT_TOO_LARGE, GIT_FAILED with the last lines that git said, GIT_MISSING, or the reason of `signal`.
 */
export async function runGit(argv: readonly string[], options: RunGitOptions): Promise<Buffer> {
  const { signal, timeoutMs = 600_000, maxBytes = 64 * 1024 * 1024 } = options
  signal.throwIfAborted()
  const timeout = AbortSignal.timeout(timeoutMs)
  const either = AbortSignal.any([signal, timeout])
  const child = startGit(argv, options)
  const end = () => endGit(child)
  either.addEventListener('abort', end, { once: true })
  child.stdin.on('error', () => {}) // a git that ended early; its exit code tells
  child.stdin.end()

  try {
    const [output, said, code] = await Promise.all([
      read(child.stdout, maxBytes, end),
      lastOf(child.stderr),
      exitOf(once(child, 'close')),
    ])
    signal.throwIfAborted()
    if (timeout.aborted) throw failed(argv, `took longer than ${timeoutMs / 1000} s and was ended`)
    if (output === undefined)
      throw problem('GIT_OUTPUT_TOO_LARGE', `git ${nameOf(argv)} printed more than ${maxBytes} bytes.`)
    if (code !== 0) throw failed(argv, `ended with ${code}:\n${redact(said, options.token)}`)
    return output
  } finally {
    either.removeEventListener('abort', end)
  }
}

async function read(stream: AsyncIterable<Buffer>, maxBytes: number, end: () => void): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
    else end() // and read on until it has ended
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : undefined
}

async function lastOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text = (text + chunk.toString('utf8')).slice(-8192)
  return text
}

async function exitOf(closed: Promise<unknown[]>): Promise<unknown> {
  try {
    const [code, killedBy] = await closed
    return code ?? killedBy
  } catch (cause) {
    throw problem('GIT_MISSING', 'git could not be started.', { cause })
  }
}

function failed(argv: readonly string[], what: string) {
  return problem('GIT_FAILED', `git ${nameOf(argv)} ${what}`)
}

function nameOf(argv: readonly string[]): string {
  return argv.find((argument) => /^[a-z]+(?:-[a-z]+)*$/.test(argument)) ?? 'command'
}
