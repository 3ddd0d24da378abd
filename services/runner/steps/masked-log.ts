import { type FileHandle, open } from 'node:fs/promises'
import type { StepLog } from '../tail-log.ts'
import { inTurns } from './in-turns.ts'
import type { Masker } from './masker.ts'

// 1. Offsets and lengths are those of the masked bytes; what was read once is read the same again.
// 2. So they are kept in a file that no container can reach. Nothing that is not masked is written there.
// 3. The log ends with everything masked that the one below has then.

const readBytes = 64 * 1024

/** `log` without the secrets that `masker` knows; `path` is the file that keeps it. Disposes `log` with itself. */
export function maskedLog(log: StepLog, masker: Masker, path: string): StepLog {
  const inTurn = inTurns()
  const stream = masker.stream()
  let file: FileHandle | undefined
  let rawBytes = 0
  let maskedBytes = 0
  let lengthBytes: number | undefined

  const keep = async (bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return
    file ??= await open(path, 'w+', 0o600) // that of a former life had the same bytes, or fewer
    await file.write(bytes, 0, bytes.length, maskedBytes)
    maskedBytes += bytes.length
  }
  /** Masks what is there, until there are bytes behind `offset`. */
  const maskBeyond = async (offset: number): Promise<void> => {
    while (maskedBytes <= offset && lengthBytes === undefined) {
      const raw = await log.read(rawBytes, readBytes)
      if (raw.length === 0) return
      rawBytes += raw.length
      await keep(stream.push(raw))
    }
  }

  return {
    read: (offset, limitBytes) =>
      inTurn(async () => {
        await maskBeyond(offset)
        const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(limitBytes, maskedBytes - offset)))
        const bytesRead = (await file?.read(buffer, 0, buffer.length, offset))?.bytesRead ?? 0
        return buffer.subarray(0, bytesRead)
      }),
    end: () =>
      inTurn(async () => {
        await log.end()
        await maskBeyond(Number.POSITIVE_INFINITY)
        await keep(stream.end())
        lengthBytes = maskedBytes
      }),
    look: () => log.look(),
    get lengthBytes() {
      return lengthBytes
    },
    [Symbol.asyncDispose]: () =>
      inTurn(async () => {
        await log[Symbol.asyncDispose]()
        await file?.close()
      }),
  }
}
