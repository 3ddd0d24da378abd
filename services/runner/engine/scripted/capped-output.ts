import type { FileHandle } from 'node:fs/promises'

/** The output of a scripted step. */
export interface CappedOutput {
  /** Whether the cap is reached: whatever comes now is thrown away. */
  isFull(): boolean
  write(text: string): void
  /** Appends to the file what was written since the last flush. */
  flush(): Promise<void>
}

/** Collects output and appends it to `file`, `capBytes` in all at the most. */
export function cappedOutput(file: FileHandle, capBytes: number): CappedOutput {
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
