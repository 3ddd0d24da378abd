import type { PlannedJob } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { type NeededOutcome, nextWaiting } from '../index.ts'
import { push } from './plan-of.ts'

const job: PlannedJob = {
  name: 'deploy',
  key: 'deploy',
  digest: '0'.repeat(64),
  steps: [],
  needs: ['build', 'test'],
  labels: [],
  priority: 'normal',
  lost: 'rerun',
  allowFailure: false,
  secrets: [],
}

function need(outcome: NeededOutcome['outcome'], more: Partial<NeededOutcome> = {}): NeededOutcome {
  return { key: 'build', name: 'build', outcome, code: undefined, allowFailure: false, outputs: {}, ...more }
}

const passed = need('passed', { outputs: { V: '1' } })
const failed = need('failed')
const errored = need('errored')
const cancelled = need('cancelled')
const skipped = need('skipped', { code: 'JOB_SKIPPED' })
const unmet = need('skipped', { code: 'NEEDS_NOT_MET' })
const allowed = need('failed', { allowFailure: true })

function next(needs: readonly (NeededOutcome | undefined)[], expression?: string, isCancelled = false): string {
  const condition =
    expression === undefined ? {} : { condition: { expression, changed: { a: true }, matrix: { n: '1' } } }
  const answer = nextWaiting({ ...job, ...condition }, { commit: push, needs, isCancelled })
  return answer.next === 'settle' ? `${answer.ending.outcome} ${answer.ending.code}` : answer.next
}

test.each([
  ['nothing is needed', [], 'release'],
  ['all passed', [passed, passed], 'release'],
  ['one is not over', [passed, undefined], 'wait'],
  ['one had nothing to do', [passed, skipped], 'release'],
  ['one failed and may', [passed, allowed], 'release'],
  ['one failed', [passed, failed], 'skipped NEEDS_NOT_MET'],
  ['one failed, and the other is not over', [undefined, failed], 'skipped NEEDS_NOT_MET'],
  ['one errored', [errored, passed], 'skipped NEEDS_NOT_MET'],
  ['one was cancelled', [cancelled], 'skipped NEEDS_NOT_MET'],
  ['one could not run because of another', [unmet], 'skipped NEEDS_NOT_MET'],
] as const)('a job without a condition, when %s', (_, needs, expected) => {
  expect(next(needs)).toBe(expected)
})

test.each([
  ['always', [failed, passed], 'release'],
  ['always', [failed, undefined], 'wait'],
  ['always', [unmet], 'release'],
  ['failure', [failed], 'release'],
  ['failure', [errored], 'release'],
  ['failure', [unmet], 'release'],
  ['failure', [allowed], 'skipped JOB_SKIPPED'],
  ['failure', [passed, skipped], 'skipped JOB_SKIPPED'],
  ['failure', [cancelled], 'skipped NEEDS_NOT_MET'],
  ['cancelled', [cancelled], 'release'],
  ['cancelled', [passed], 'skipped JOB_SKIPPED'],
  ['success', [passed], 'release'],
  ['success', [failed], 'skipped NEEDS_NOT_MET'],
  ['success || failure', [failed], 'release'],
  ['failure && branch == "main"', [failed], 'release'],
  ['failure && branch == "next"', [failed], 'skipped NEEDS_NOT_MET'],
  ['needs.build.outputs.V == "1"', [passed], 'release'],
  ['needs.build.outputs.V == "2"', [passed], 'skipped JOB_SKIPPED'],
  ['needs.build.outputs.V == "1"', [passed, failed], 'skipped NEEDS_NOT_MET'],
  ['needs.build.outcome == "failed"', [failed], 'skipped NEEDS_NOT_MET'],
  ['always && needs.build.outcome == "failed"', [failed], 'release'],
  ['needs.build.outputs.W == "1"', [passed], 'failed CONDITION_UNANSWERED'],
  ['(', [passed], 'failed CONDITION_UNANSWERED'],
  ['success && changed("a") && matrix.n == "1"', [passed], 'release'],
] as const)('a job with `if: %s` after %j: %s', (expression, needs, expected) => {
  expect(next(needs, expression)).toBe(expected)
})

test.each([
  [undefined, [undefined], 'cancelled CANCELLED'],
  [undefined, [passed], 'cancelled CANCELLED'],
  ['always', [undefined], 'wait'],
  ['always', [cancelled], 'release'],
  ['cancelled', [passed], 'release'],
  ['success', [passed], 'cancelled CANCELLED'],
  ['failure', [passed], 'cancelled CANCELLED'],
  ['needs.build.outputs.V == "1"', [passed], 'cancelled CANCELLED'],
] as const)('in a build that is cancelled, a job with `if: %s` after %j: %s', (expression, needs, expected) => {
  expect(next(needs, expression, true)).toBe(expected)
})

test('a job that was skipped when it was planned is skipped, with the reason', () => {
  const answer = nextWaiting({ ...job, skipped: 'Because.' }, { commit: push, needs: [undefined], isCancelled: false })

  expect(answer).toEqual({ next: 'settle', ending: { outcome: 'skipped', code: 'JOB_SKIPPED', message: 'Because.' } })
})

test('a job with an approval is released into waiting for it', () => {
  const facts = { commit: push, needs: [passed], isCancelled: false }

  expect(nextWaiting(job, facts)).toEqual({ next: 'release', needsApproval: false })
  expect(nextWaiting({ ...job, approval: [] }, facts)).toEqual({ next: 'release', needsApproval: true })
})

test('the reason names the job that failed, and the condition that is false', () => {
  const facts = { commit: push, isCancelled: false }
  const condition = { expression: 'success &&\n  branch == "next"', changed: {}, matrix: {} }

  expect(nextWaiting(job, { ...facts, needs: [passed, need('errored', { name: 'test (24)' })] })).toMatchObject({
    ending: { message: expect.stringContaining('This job needs "test (24)", which errored.') },
  })
  expect(nextWaiting({ ...job, condition }, { ...facts, needs: [passed] })).toMatchObject({
    ending: { message: 'Its condition does not hold: success && branch == "next"' },
  })
})

test('an untrusted commit goes to no environment, also when everybody would approve of it', () => {
  const deploy: PlannedJob = { ...job, environment: 'production', approval: [] }
  const facts = { needs: [passed, passed], isCancelled: false }
  const always = { expression: 'always', changed: {}, matrix: {} }
  const refused = { next: 'settle', ending: { outcome: 'failed', code: 'ENVIRONMENT_UNTRUSTED' } }

  expect(nextWaiting(deploy, { ...facts, commit: { ...push, trust: 'untrusted' } })).toMatchObject(refused)
  expect(
    nextWaiting({ ...deploy, condition: always }, { ...facts, commit: { ...push, trust: 'untrusted' } }),
  ).toMatchObject(refused)
  expect(nextWaiting(job, { ...facts, commit: { ...push, trust: 'untrusted' } })).toMatchObject({ next: 'release' })
  expect(nextWaiting(deploy, { ...facts, commit: push })).toEqual({ next: 'release', needsApproval: true })
})
