import type { Ending, JobEvent, JobState } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { nextJob } from '../index.ts'
import { everyPair } from './every-pair.ts'

const none = { lost: 0, errored: 0 }
const spent = { lost: 2, errored: 2 }
const passed: Ending = { outcome: 'passed' }
const failed: Ending = { outcome: 'failed', code: 'STEP_FAILED' }
const diskFull: Ending = { outcome: 'errored', code: 'DISK_FULL', message: 'no space' }
const planChanged: Ending = { outcome: 'errored', code: 'PLAN_CHANGED' }
const cancelled: Ending = { outcome: 'cancelled', code: 'CANCELLED', message: 'Cancelled: a newer commit' }
const stopped: Ending = { outcome: 'cancelled', code: 'CANCELLED', message: 'Cancelled: ada asked' }
const lost: Ending = {
  outcome: 'errored',
  code: 'RUNNER_LOST',
  message:
    'The runner of attempt 3 was lost, and two before it. Look at the log of the runners: something ends them while they run this job.',
}

const states = {
  queued: { state: 'queued', queuedAt: 1, notBeforeAt: 1, setbacks: none },
  requeued: { state: 'queued', queuedAt: 1, notBeforeAt: 5, setbacks: none, attempt: 3 },
  leased: { state: 'leased', queuedAt: 1, attempt: 3, setbacks: none },
  'leased, spent': { state: 'leased', queuedAt: 1, attempt: 3, setbacks: spent },
  'leased, cancelling': { state: 'leased', queuedAt: 1, attempt: 3, setbacks: none, cancelBecause: 'ada asked' },
  running: { state: 'running', queuedAt: 1, startedAt: 2, attempt: 3, setbacks: none },
  'running, spent': { state: 'running', queuedAt: 1, startedAt: 2, attempt: 3, setbacks: spent },
  'running, cancelling': {
    ...{ state: 'running', queuedAt: 1, startedAt: 2, attempt: 3, setbacks: none },
    cancelBecause: 'ada asked',
  },
  finished: { state: 'finished', ending: passed, queuedAt: 1, startedAt: 2, finishedAt: 3 },
} as const satisfies Record<string, JobState>

const at = 100
const events = {
  leased: { type: 'leased', attempt: 4, at },
  'leased, an old number': { type: 'leased', attempt: 3, at },
  refused: { type: 'refused', attempt: 3, at },
  'refused, another attempt': { type: 'refused', attempt: 2, at },
  started: { type: 'started', attempt: 3, at },
  'started, another attempt': { type: 'started', attempt: 2, at },
  'ended passed': { type: 'ended', attempt: 3, ending: passed, at },
  'ended failed': { type: 'ended', attempt: 3, ending: failed, at },
  'ended errored, retried': { type: 'ended', attempt: 3, ending: diskFull, at },
  'ended errored, final': { type: 'ended', attempt: 3, ending: planChanged, at },
  'ended cancelled': { type: 'ended', attempt: 3, ending: cancelled, at },
  'ended, another attempt': { type: 'ended', attempt: 2, ending: passed, at },
  lost: { type: 'lost', attempt: 3, at },
  'lost, another attempt': { type: 'lost', attempt: 4, at },
  cancelled: { type: 'cancelled', because: 'a newer commit', at },
  expired: { type: 'expired', message: 'no runner has os=mac', at },
} as const satisfies Record<string, JobEvent>

const ended = (ending: Ending): JobState => ({ state: 'finished', ending, queuedAt: 1, finishedAt: at })
const endedRunning = (ending: Ending): JobState => ({ ...ended(ending), startedAt: 2 }) as JobState // `ended` is finished
const expired = ended({ outcome: 'errored', code: 'NO_RUNNER', message: 'no runner has os=mac' })
const again: JobState = { state: 'queued', queuedAt: 1, notBeforeAt: at, setbacks: none, attempt: 3 }
const againLater: JobState = { ...again, notBeforeAt: at + 1_000, setbacks: { lost: 0, errored: 1 } }
const againLost: JobState = { ...again, setbacks: { lost: 1, errored: 0 } }
const started: JobState = { state: 'running', queuedAt: 1, startedAt: at, attempt: 3, setbacks: none }

/** What changes; every pair that is not here leaves the job as it was. */
const changes: Record<keyof typeof states, Partial<Record<keyof typeof events, JobState>>> = {
  queued: {
    leased: { state: 'leased', queuedAt: 1, attempt: 4, setbacks: none },
    'leased, an old number': { state: 'leased', queuedAt: 1, attempt: 3, setbacks: none },
    cancelled: ended(cancelled),
    expired,
  },
  requeued: {
    leased: { state: 'leased', queuedAt: 1, attempt: 4, setbacks: none },
    cancelled: ended(cancelled),
    expired,
  },
  leased: {
    refused: again,
    started,
    'ended passed': ended(passed),
    'ended failed': ended(failed),
    'ended errored, retried': againLater,
    'ended errored, final': ended(planChanged),
    'ended cancelled': ended(cancelled),
    lost: againLost,
    cancelled: { ...states.leased, cancelBecause: 'a newer commit' },
  },
  'leased, spent': {
    refused: { ...again, setbacks: spent },
    started: { ...started, setbacks: spent },
    'ended passed': ended(passed),
    'ended failed': ended(failed),
    'ended errored, retried': ended(diskFull),
    'ended errored, final': ended(planChanged),
    'ended cancelled': ended(cancelled),
    lost: ended(lost),
    cancelled: { ...states['leased, spent'], cancelBecause: 'a newer commit' },
  },
  'leased, cancelling': {
    refused: ended(stopped),
    started: { ...started, cancelBecause: 'ada asked' },
    'ended passed': ended(passed),
    'ended failed': ended(failed),
    'ended errored, retried': ended(stopped),
    'ended errored, final': ended(planChanged),
    'ended cancelled': ended(stopped),
    lost: ended(stopped),
  },
  running: {
    'ended passed': endedRunning(passed),
    'ended failed': endedRunning(failed),
    'ended errored, retried': againLater,
    'ended errored, final': endedRunning(planChanged),
    'ended cancelled': endedRunning(cancelled),
    lost: againLost,
    cancelled: { ...states.running, cancelBecause: 'a newer commit' },
  },
  'running, spent': {
    'ended passed': endedRunning(passed),
    'ended failed': endedRunning(failed),
    'ended errored, retried': endedRunning(diskFull),
    'ended errored, final': endedRunning(planChanged),
    'ended cancelled': endedRunning(cancelled),
    lost: endedRunning(lost),
    cancelled: { ...states['running, spent'], cancelBecause: 'a newer commit' },
  },
  'running, cancelling': {
    'ended passed': endedRunning(passed),
    'ended failed': endedRunning(failed),
    'ended errored, retried': endedRunning(stopped),
    'ended errored, final': endedRunning(planChanged),
    'ended cancelled': endedRunning(stopped),
    lost: endedRunning(stopped),
  },
  finished: {},
}

