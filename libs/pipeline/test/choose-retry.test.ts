import type { Ending, PlannedRetry } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { type AttemptFailure, chooseRetry } from '../index.ts'

const failed: Ending = { outcome: 'failed', code: 'STEP_FAILED' }
const always: PlannedRetry = { max: 2, delayMs: 5 }
const on = (exitCodes: number[], classes: ('failed' | 'timeout' | 'out-of-memory')[]): PlannedRetry => ({
  ...always,
  on: { exitCodes, classes },
})

test.each<[string, PlannedRetry | undefined, AttemptFailure, number | undefined]>([
  ['no retry is asked for', undefined, { ending: failed, failed: 0 }, undefined],
  ['any failure', always, { ending: failed, failed: 0 }, 5],
  ['the last time', always, { ending: failed, failed: 1 }, 5],
  ['once too often', always, { ending: failed, failed: 2 }, undefined],
  ['an error', always, { ending: { outcome: 'errored', code: 'DISK_FULL' }, failed: 0 }, undefined],
  ['a job that passed', always, { ending: { outcome: 'passed' }, failed: 0 }, undefined],
  ['a job that was cancelled', always, { ending: { outcome: 'cancelled' }, failed: 0 }, undefined],
  ['an exit code that is named', on([75], []), { ending: failed, exitCode: 75, failed: 0 }, 5],
  ['another exit code', on([75], []), { ending: failed, exitCode: 1, failed: 0 }, undefined],
  ['no exit code', on([75], []), { ending: failed, failed: 0 }, undefined],
  ['a failed command by its class', on([], ['failed']), { ending: failed, exitCode: 1, failed: 0 }, 5],
  ['a timeout', on([], ['timeout']), { ending: { outcome: 'failed', code: 'TIMEOUT_TOTAL' }, failed: 0 }, 5],
  ['silence', on([], ['timeout']), { ending: { outcome: 'failed', code: 'TIMEOUT_SILENCE' }, failed: 0 }, 5],
  [
    'a timeout that is not named',
    on([], ['failed']),
    { ending: { outcome: 'failed', code: 'TIMEOUT_TOTAL' }, failed: 0 },
    undefined,
  ],
  [
    'too little memory',
    on([], ['out-of-memory']),
    { ending: { outcome: 'failed', code: 'OUT_OF_MEMORY' }, failed: 0 },
    5,
  ],
  [
    'another failure',
    on([1], ['failed']),
    { ending: { outcome: 'failed', code: 'IMAGE_NOT_FOUND' }, failed: 0 },
    undefined,
  ],
])('another attempt after %s', (_name, retry, failure, delayMs) => {
  expect(chooseRetry(retry, failure)).toBe(delayMs)
})
