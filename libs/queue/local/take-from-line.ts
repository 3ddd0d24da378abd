import { backOffMs } from '../back-off.ts'
import { defaultMaxBatch, type OnBatch, type QueueDeps, type TakeOptions } from '../queue.ts'
import type { Line } from './line.ts'
import type { Shelf, ShelvedMessage } from './shelf.ts'

interface LineTaking extends TakeOptions {
  /** How events call this. */
  readonly link: string
  readonly shelf: Shelf
  readonly line: Line
  readonly deps: QueueDeps
}

/** Gives the messages of a line to `onBatch` until aborted; see `Queue.take`. */
export async function takeFromLine(onBatch: OnBatch, taking: LineTaking): Promise<void> {
  const { line, signal, maxBatch = defaultMaxBatch, deps } = taking
  signal.addEventListener('abort', line.bell.ring)
  try {
    for (let failures = 0; !signal.aborted; ) {
      const batch = line.next(maxBatch)
      if (batch.length === 0) {
        await line.bell.rung()
        continue
      }
      failures = (await isTaken(batch, onBatch, taking)) ? 0 : failures + 1
      if (failures > 0) await deps.clock.sleep(backOffMs(failures, deps.random), signal).catch(() => {}) // aborted: the loop ends
    }
  } finally {
    signal.removeEventListener('abort', line.bell.ring)
  }
}

async function isTaken(batch: readonly ShelvedMessage[], onBatch: OnBatch, taking: LineTaking): Promise<boolean> {
  const { line, shelf, link, deps } = taking
  try {
    await onBatch(batch.map(({ id, body, redelivered }) => ({ id, body, redelivered })))
    await shelf.remove(batch.map(({ position }) => position))
    return true
  } catch (cause) {
    line.giveBack(batch)
    deps.onEvent({ type: 'batch-rejected', link, cause })
    return false
  }
}
