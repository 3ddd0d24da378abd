import type { FileHandle } from 'node:fs/promises'
import type { Output } from './command.ts'

/** Collects output and appends it to `file`, `capBytes` in all at the most; once they are reached the output is full. */
export function cappedOutput(file: FileHandle, capBytes: number): Output {
  let waiting: Buffer[] = []
  let leftBytes = capBytes
  return {
    isFull: () => leftBytes === 0,
    write(text) {
      const bytes = Buffer.from(text).subarray(0, leftBytes)
      leftBytes -= bytes.length
      if (bytes.length > 0) waiting.push(bytes)
    },
    async flush() {
      const bytes = Buffer.concat(waiting)
      waiting = []
      if (bytes.length > 0) await file.appendFile(bytes)
    },
  }
}
