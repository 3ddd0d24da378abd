import type Docker from 'dockerode'

const lineCount = 30
const capChars = 8 * 1024

/** The last 30 lines, at most 8 KiB, of what the main process of a container wrote; '' when the engine does not say. */
export async function lastLines(container: Docker.Container): Promise<string> {
  try {
    const log = await container.logs({ follow: false, stdout: true, stderr: true, tail: lineCount })
    return withoutHeaders(log).toString('utf8').trimEnd().slice(-capChars)
  } catch {
    return ''
  }
}

/** The engine puts 8 bytes before each piece of output, the last four of which say how long it is. */
function withoutHeaders(log: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4)
    pieces.push(log.subarray(at + 8, end))
    at = end
  }
  return Buffer.concat(pieces)
}
