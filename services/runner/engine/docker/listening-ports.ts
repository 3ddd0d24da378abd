import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type Docker from 'dockerode'

/** The state of a socket that takes connections, in /proc/net/tcp. */
const listening = '0A'

/** Nobody else gets there. */
const loopback = /^(?:[0-9A-F]{6}7F|0{24}01000000)$/

const capChars = 1024 ** 2

/** The TCP ports that take connections in a container, as its kernel says. None when it has no `cat`. */
export async function listeningPorts(container: Docker.Container, signal: AbortSignal): Promise<ReadonlySet<number>> {
  try {
    const table = await outputOf(container, ['cat', '/proc/net/tcp', '/proc/net/tcp6'], signal)
    return new Set(table.split('\n').flatMap(portOf))
  } catch {
    signal.throwIfAborted()
    return new Set()
  }
}

/** What a short command writes to stdout. */
async function outputOf(container: Docker.Container, command: string[], signal: AbortSignal): Promise<string> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true })
  const both = await exec.start({})
  const stdout = new PassThrough().setEncoding('utf8')
  let text = ''
  stdout.on('data', (part: string) => {
    if (text.length < capChars) text += part
  })
  container.modem.demuxStream(both, stdout, new PassThrough().resume())
  try {
    await once(both, 'end', { signal })
  } finally {
    both.destroy()
  }
  return text
}

/** `0: 00000000:1538 00000000:0000 0A …`: address and port in hexadecimal, those of the other side, the state. */
function portOf(line: string): readonly number[] {
  const [, address = '', port = '', state] = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{2}) /.exec(line) ?? []
  return state === listening && !loopback.test(address) ? [Number.parseInt(port, 16)] : []
}
