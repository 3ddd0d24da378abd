import type { AttemptView, BuildView } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { describeActivity } from '../progress/describe-activity.ts'
import { describeProgress } from '../progress/describe-progress.ts'
import { attempt, build, failed, job, passed, planJob, skipped, step } from './build-views.ts'

const tail = { tailOf: { jobId: job().id, attemptId: attempt().id, attempt: 1, step: 1 } }

/** The lines as one text each, the place of a log's end as `LOG`. */
function linesOf(before: BuildView | undefined, after: BuildView): readonly string[] {
  const lines = describeProgress(before, after, { paint: (_, text) => text, title: 'Count', staysUp: true })
  return lines.map((line) => ('text' in line ? line.text : 'LOG'))
}

function withAttempts(...attempts: readonly AttemptView[]): BuildView {
  return build({
    jobs: [planJob({ state: 'finished', ending: { outcome: 'passed' } }), job({ attempts: [...attempts] })],
  })
}

const waiting = withAttempts(attempt({ steps: [step(0, 'greet'), step(1, 'test')] }))
const greeted = withAttempts(attempt({ steps: [step(0, 'greet', passed), step(1, 'test')] }))
const going = withAttempts(
  attempt({ steps: [step(0, 'greet', passed), step(1, 'test', failed), step(2, 'deploy', skipped)] }),
)
const over = withAttempts(
  attempt({
    state: 'finished',
    ending: failed.ending,
    steps: [step(0, 'greet', passed), step(1, 'test', failed), step(2, 'deploy', skipped)],
  }),
)
const ended = { ...over, state: 'finished', ending: failed.ending, finishedAt: 3_100 } as const

describe('between two looks', () => {
  const planned = attempt({ ...passed, steps: [] })
  const lost = attempt({ state: 'lost', steps: [step(0, 'greet', { state: 'running', startedAt: 1 })] })
  const pull = { outcome: 'errored', code: 'IMAGE_PULL_FAILED', message: 'No such host.\nCheck it.' } as const
  const vain = attempt({ state: 'finished', ending: pull, steps: [step(0, 'greet', skipped)] })
  const second = { ...attempt({ number: 2 }), id: build().id }

  test.each<[string, BuildView | undefined, BuildView, readonly string[]]>([
    [
      'a build that is new is introduced',
      undefined,
      build({ state: 'queued' }),
      ['ada/engine #3  main 3f2a91c  "Count"'],
    ],
    ['nothing new says nothing', greeted, greeted, []],
    [
      'a step that runs says nothing',
      waiting,
      withAttempts(attempt({ steps: [step(0, 'greet', { state: 'running' }), step(1, 'test')] })),
      [],
    ],
    [
      'a plan that passed is a line',
      build({ jobs: [planJob()] }),
      build({ jobs: [planJob({ state: 'finished', ending: { outcome: 'passed' }, attempts: [planned] })] }),
      ['  ✓ plan                        0.3 s'],
    ],
    ['a step that passed is a line', waiting, greeted, ['  ✓ greet                       0.3 s']],
    ['a step that failed waits until its log is whole', greeted, going, []],
    [
      'then it comes with its log, and what was skipped behind it',
      going,
      over,
      ['  ✗ test                        1.2 s   exit 1', 'LOG', '  - deploy                    skipped'],
    ],
    ['the end of the build is its outcome', over, ended, ['failed  STEP_FAILED in 2.1 s   narwhal log ada/engine#3']],
    [
      'a lost runner is told while the job goes on',
      waiting,
      withAttempts(lost, second),
      ['  ! attempt 1: its runner bob was lost; the job is tried again'],
    ],
    [
      'an attempt in vain is told without the steps that never ran',
      waiting,
      withAttempts(vain),
      ['  ! attempt 1: IMAGE_PULL_FAILED No such host.; the job is tried again'],
    ],
  ])('%s', (_, before, after, lines) => {
    expect(linesOf(before, after)).toEqual(lines)
  })
})

test('a build that is first seen at its end tells everything', () => {
  const lines = linesOf(undefined, ended)

  expect(lines).toHaveLength(7)
  expect(lines[0]).toContain('ada/engine #3')
  expect(lines.at(-1)).toContain('STEP_FAILED')
})

test('who does not stay up names no command that would ask him', () => {
  const lines = describeProgress(over, ended, { paint: (_, text) => text, title: '', staysUp: false })

  expect(lines).toEqual([{ text: 'failed  STEP_FAILED in 2.1 s' }])
})

test('the place of a log names the step whose end belongs there', () => {
  const lines = describeProgress(going, over, { paint: (_, text) => text, title: '', staysUp: true })

  expect(lines).toContainEqual(tail)
})

test('the message of an ending that no step explains stands above the outcome', () => {
  const ending = { outcome: 'skipped', code: 'PIPELINE_MISSING', message: 'There is none.\nAdd one.' } as const

  const lines = linesOf(build(), build({ state: 'finished', ending, finishedAt: 1_020 }))

  expect(lines).toEqual([
    '      There is none.',
    '      Add one.',
    'skipped  PIPELINE_MISSING in 20 ms   narwhal log ada/engine#3',
  ])
})

test('of several jobs each that runs no step says why', () => {
  const why = { outcome: 'skipped', code: 'JOB_SKIPPED', message: 'Its condition is false.' } as const
  const jobs = [planJob(), job({ attempts: over.jobs[1]?.attempts ?? [] }), job({ id: build().id, name: 'deploy' })]
  const [plan = planJob(), test = job(), deploy = job()] = jobs

  const lines = linesOf(build({ jobs }), build({ jobs: [plan, test, { ...deploy, state: 'finished', ending: why }] }))

  expect(lines).toEqual(['  - deploy                    skipped   JOB_SKIPPED', '      Its condition is false.'])
})

test('names from a repository cannot write over the terminal', () => {
  const evil = withAttempts(attempt({ steps: [step(0, '\x1b[2Jgreet\n\x1b]0;x\x07there', passed)] }))

  expect(linesOf(waiting, evil)).toEqual(['  ✓ greet there                 0.3 s'])
})

test.each<[string, readonly BuildView[], string | undefined]>([
  ['nothing', [], undefined],
  ['a queued build', [build({ jobs: [planJob({ state: 'queued' })] })], '  … waiting for a runner'],
  ['a plan', [build({ jobs: [planJob()] })], '  … reading narwhal.yml'],
  ['a container', [build({ jobs: [job()] })], '  … preparing the container'],
  [
    'a step',
    [
      build({
        jobs: [job({ attempts: [attempt({ steps: [step(0, 'test', { state: 'running', startedAt: 1_000 })] })] })],
      }),
    ],
    '  … test  4 s',
  ],
  [
    'two builds',
    [build({ jobs: [job()] }), build({ id: job().id, number: 4, jobs: [planJob({ state: 'queued' })] })],
    '  … preparing the container   (ada/engine#3, and 1 more)',
  ],
])('the activity of %s', (_, builds, line) => {
  expect(describeActivity(builds, 5_500)).toBe(line)
})
