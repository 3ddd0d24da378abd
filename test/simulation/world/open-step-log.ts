import type { StepLog } from '@narwhal/runner/parts'
import type { Engine } from './engine.ts'

/** Where the output of a step lies in the spool. */
export function logPath(attemptId: string, step: number): string {
  return `${attemptId}/${step}`
}

/** The log of a step that some life of the runner has begun; the bytes are the engine's. */
export function openStepLog(engine: Engine, path: string, knownBytes?: number): StepLog {
  const [attemptId = '', step = ''] = path.split('/')
  const bytes = () => engine.stepOf(attemptId, Number(step))?.bytes ?? Buffer.alloc(0)
  let lengthBytes = knownBytes
  return {
    read: async (offset, limitBytes) =>
      bytes().subarray(offset, Math.min(offset + limitBytes, lengthBytes ?? Number.POSITIVE_INFINITY)),
    async end() {
      lengthBytes ??= bytes().length
    },
    look: async () => bytes().length,
    get lengthBytes() {
      return lengthBytes
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
