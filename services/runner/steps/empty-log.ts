import type { StepLog } from '../tail-log.ts'

/** The log of a step that ended before it could begin. */
export const emptyLog: StepLog = {
  read: async () => Buffer.alloc(0),
  end: async () => undefined,
  look: async () => 0,
  lengthBytes: 0,
  [Symbol.asyncDispose]: async () => undefined,
}
