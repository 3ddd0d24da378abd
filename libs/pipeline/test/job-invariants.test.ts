import type { Ending, JobEvent, JobState } from '@narwhal/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextJob } from '../index.ts'

const endings: readonly Ending[] = [
  { outcome: 'passed' },
  { outcome: 'failed', code: 'STEP_FAILED' },
  { outcome: 'errored', code: 'DISK_FULL' },
  { outcome: 'errored', code: 'PLAN_CHANGED' },
  { outcome: 'cancelled', code: 'CANCELLED' },
]
const attempt = fc.integer({ min: 1, max: 5 })
const at = fc.integer({ min: 0, max: 1_000 })
const final = fc.constant(true as const)
const anyEvent: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.record({ type: fc.constantFrom('leased', 'refused', 'started', 'lost'), attempt, at }),
  fc.record({ type: fc.constant('ended'), attempt, ending: fc.constantFrom(...endings), at }),
  fc.record({ type: fc.constant('ended'), attempt, ending: fc.constantFrom(...endings), at, retryInMs: fc.nat(9) }),
  fc.record({ type: fc.constantFrom('ended'), attempt, ending: fc.constantFrom(...endings), at, final }),
  fc.record({ type: fc.constant('lost'), attempt, at, final }),
  fc.record({ type: fc.constant('released'), needsApproval: fc.boolean(), at }),
  fc.record({ type: fc.constant('approved'), at }),
  fc.record({ type: fc.constant('settled'), ending: fc.constant<Ending>({ outcome: 'skipped' }), at }),
  fc.record({ type: fc.constant('cancelled'), because: fc.constant('ada asked'), at }),
  fc.record({ type: fc.constant('expired'), message: fc.constant('no runner'), at }),
)
const none = { lost: 0, errored: 0, failed: 0 }
const first: JobState[] = [
  { state: 'queued', queuedAt: 0, notBeforeAt: 0, setbacks: none },
  { state: 'waiting', queuedAt: 0, for: 'needs' },
]

/** Checks `holds` between each job and the next one, for sequences of any events. */
function afterEvery(holds: (before: JobState, after: JobState, event: JobEvent) => void): void {
  const sequences = fc.array(anyEvent, { maxLength: 40 })
  fc.assert(
    fc.property(fc.constantFrom(...first), sequences, (begin, events) => {
      let job = begin
      for (const event of events) {
        const next = nextJob(job, event)
        holds(job, next, event)
        job = next
      }
    }),
    { numRuns: 1_000 },
  )
}

test('a job that finished never changes', () => {
  afterEvery((before, after) => {
    expect(before.state !== 'finished' || after === before).toBe(true)
  })
})

test('the attempt numbers of a job never go down, and a new lease has a new number', () => {
  const numberOf = (job: JobState) => ('attempt' in job ? (job.attempt ?? 0) : 0)

  afterEvery((before, after) => {
    const isNewLease = before.state === 'queued' && after.state === 'leased'
    const isHigher = numberOf(after) > numberOf(before)
    expect(after.state === 'finished' || isHigher || numberOf(after) === numberOf(before)).toBe(true)
    expect(isHigher || !isNewLease).toBe(true)
  })
})

test("setbacks never go down, and at most two that are not the commands' own are forgiven", () => {
  const setbacksOf = (job: JobState) => ('setbacks' in job ? job.setbacks : none)

  afterEvery((before, after) => {
    const [old, now] = [setbacksOf(before), setbacksOf(after)]
    const isOver = after.state === 'finished'
    expect(isOver || (now.lost >= old.lost && now.errored >= old.errored && now.failed >= old.failed)).toBe(true)
    expect(now.lost <= 2 && now.errored <= 2).toBe(true)
  })
})

test('a job that somebody asked to stop is never queued again', () => {
  afterEvery((before, after) => {
    expect('cancelBecause' in before && after.state === 'queued').toBe(false)
  })
})

test('a job that waits for an approval leaves that only by an approval, or ends', () => {
  afterEvery((before, after, event) => {
    const wasAsked = before.state === 'waiting' && before.for === 'approval'
    const isQueued = after.state === 'queued' || after.state === 'leased' || after.state === 'running'
    expect(wasAsked && isQueued && event.type !== 'approved').toBe(false)
  })
})

test('what must not be tried again after a loss or an error is not', () => {
  afterEvery((before, after, event) => {
    const isFinal = 'final' in event && event.final && 'attempt' in before && before.attempt === event.attempt
    const wasHeld = before.state === 'leased' || before.state === 'running'
    expect(isFinal && wasHeld && after.state === 'queued').toBe(false)
  })
})
