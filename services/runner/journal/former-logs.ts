import { emptyLog } from '../steps/empty-log.ts'
import type { StepLog } from '../tail-log.ts'
import type { FormerAttempt, FormerStep } from './former-attempt.ts'
import type { Journal } from './journal.ts'

/** The logs of all steps that had begun: whole where the step had ended, else as far as they had come. */
export function openFormerLogs({ steps }: FormerAttempt, journal: Journal): ReadonlyMap<number, StepLog> {
  const inOrder = [...steps].sort(([one], [other]) => one - other)
  return new Map(inOrder.map(([index, step]) => [index, openFormerLog(step, journal)]))
}

function openFormerLog({ begun, left, ended }: FormerStep, journal: Journal): StepLog {
  if (begun === undefined) return emptyLog
  return journal.openLog(begun.log, ended === undefined ? undefined : left?.logBytes)
}
