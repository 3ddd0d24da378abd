import type { BuildView, Ending } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { statusOfBuild } from '../status-of-build.ts'
import { attempt, build, eventsOf, job, start, step } from './build-event.ts'

function ended(ending: Ending, given: Partial<BuildView> = {}): BuildView {
  return { ...eventsOf({ jobs: [], ...given }, ending).finished.build, ...given }
}

function failing(name: string, ending: Ending, exitCode?: number) {
  const said = step({ name: 'test', ending, ...(exitCode === undefined ? {} : { exitCode }) })
  const { exitCode: _, ...silent } = said
  const steps = [step({ name: 'install' }), exitCode === undefined ? silent : said]
  return job({ name, ending, attempts: [attempt({ ending, steps })] })
}

const stepFailed = { outcome: 'failed', code: 'STEP_FAILED' } as const
const timedOut = { outcome: 'failed', code: 'TIMEOUT_TOTAL', message: 'took longer than 10 min\nmore' } as const

test.each<[string, BuildView, string, string]>([
  ['queued', build({ number: 7 }), 'pending', 'build #7 is under way'],
  ['running', build({ number: 7, state: 'running', startedAt: start }), 'pending', 'build #7 is under way'],
  ['passed', ended({ outcome: 'passed' }), 'success', 'passed in 12 s'],
  ['passed slowly', ended({ outcome: 'passed' }, { finishedAt: start + 73_000 }), 'success', 'passed in 1 min 12 s'],
  [
    'failed in one job',
    ended(stepFailed, { jobs: [failing('build', stepFailed, 1)] }),
    'failure',
    'step "test" failed (exit 1)',
  ],
  [
    'failed in one of two jobs',
    ended(stepFailed, { jobs: [job(), failing('lint', stepFailed, 2)] }),
    'failure',
    'job "lint": step "test" failed (exit 2)',
  ],
  [
    'timed out',
    ended(timedOut, { jobs: [failing('build', timedOut)] }),
    'failure',
    'step "test" failed (took longer than 10 min)',
  ],
  [
    'failed to plan',
    ended({ outcome: 'failed', code: 'PIPELINE_INVALID', message: '\nnarwhal.yml:7:5  unknown key\n  ^' }),
    'failure',
    'narwhal.yml:7:5 unknown key',
  ],
  [
    'errored without a message',
    ended({ outcome: 'errored', code: 'COMMIT_NOT_FOUND' }),
    'error',
    'errored: The repository has no such commit',
  ],
  [
    'cancelled',
    ended({ outcome: 'cancelled', code: 'CANCELLED', message: 'Ada: wrong branch' }),
    'error',
    'cancelled: Ada: wrong branch',
  ],
  ['skipped', ended({ outcome: 'skipped', message: 'no narwhal.yml' }), 'success', 'skipped: no narwhal.yml'],
])('the status of a build that is %s', (_, view, state, description) => {
  expect(statusOfBuild(view)).toEqual({ state, description })
})

test('a description is short, on one line, and without characters that a forge refuses', () => {
  const message = `\u001b[2Jwhale \u{1f433} \ud800 ${'long '.repeat(60)}`

  const { description } = statusOfBuild(ended({ outcome: 'errored', message }))

  expect(description).toHaveLength(140)
  expect(description).toMatch(/^errored: \[2Jwhale \? long .*…$/)
})
