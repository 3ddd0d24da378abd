import type { JobDefinition, StepDefinition } from '@narwhal/pipeline'
import type { Ending, Offer } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { changedFacts } from '../steps/changed-facts.ts'
import { networkAccess } from '../steps/job-containers.ts'
import { afterInterruption, afterSteps, freshProgress, type StepResult } from '../steps/job-progress.ts'
import { mainPlace, placeKey, placeOf } from '../steps/place-of.ts'
import { stepGroups } from '../steps/step-groups.ts'
import { isRetriedStep, retryLine } from '../steps/step-retry.ts'

const step = (changes: Partial<StepDefinition> = {}): StepDefinition => ({
  name: 'npm test',
  work: { run: 'npm test' },
  env: {},
  secrets: {},
  allowFailure: false,
  ...changes,
})

const job = (changes: Partial<JobDefinition> = {}): JobDefinition => ({
  ...{ key: 'test', name: 'test', image: 'node:24', steps: [step()], needs: [], matrix: {}, env: {}, secrets: {} },
  ...{
    sidecars: [],
    cache: [],
    reports: { junit: [], coverage: [], annotations: [] },
    timeout: { totalMs: 3_600_000 },
  },
  ...{ allowFailure: false, labels: [], priority: 'normal', resources: {}, network: 'outbound', lost: 'rerun' },
  ...{ clone: { depth: 1, tags: false, submodules: false, lfs: false }, privileged: false },
  ...changes,
})

const passed: Ending = { outcome: 'passed' }
const failed: Ending = { outcome: 'failed', code: 'STEP_FAILED' }
const errored: Ending = { outcome: 'errored', code: 'ENGINE_GONE' }
const cancelled: Ending = { outcome: 'cancelled', code: 'CANCELLED' }
const result = (ending: Ending, changes: Partial<StepResult> = {}): StepResult => ({
  definition: step(),
  ending,
  ...changes,
})

describe('how a job stands after its steps', () => {
  test.each([
    ['one that passed', [result(passed)], 'success', 'passed'],
    ['one that failed', [result(failed)], 'failure', 'failed'],
    ['one that may fail', [result(failed, { definition: step({ allowFailure: true }) })], 'success', 'passed'],
    [
      'one that may fail and errored',
      [result(errored, { definition: step({ allowFailure: true }) })],
      'failure',
      'errored',
    ],
    ['one that was cancelled', [result(cancelled)], 'cancelled', 'cancelled'],
    ['neighbours of which one failed', [result(passed), result(failed)], 'failure', 'failed'],
    ['neighbours: the worst decides', [result(failed), result(errored), result(passed)], 'failure', 'errored'],
    ['none', [], 'success', 'passed'],
  ] as const)('%s', (_, results, state, outcome) => {
    expect(afterSteps(freshProgress, results)).toMatchObject({ state, ending: { outcome } })
  })

  test('the first failure decides, with its exit code', () => {
    const first = afterSteps(freshProgress, [result(failed, { exitCode: 3 })])
    const second = afterSteps(first, [result(errored)])

    expect(second).toEqual({ state: 'failure', ending: failed, exitCode: 3 })
  })

  test('a cancel decides also after a failure, a timeout does not', () => {
    const after = afterSteps(freshProgress, [result(failed)])

    expect(afterInterruption(after, cancelled)).toEqual({ state: 'cancelled', ending: cancelled })
    expect(afterInterruption(after, { outcome: 'failed', code: 'TIMEOUT_TOTAL' })).toBe(after)
    expect(afterInterruption(freshProgress, { outcome: 'failed', code: 'TIMEOUT_TOTAL' }).state).toBe('failure')
  })
})

test('neighbours with one number are a group, every other step is one for itself', () => {
  const groups = stepGroups([
    step(),
    step({ parallel: 1 }),
    step({ parallel: 1 }),
    step({ parallel: 2 }),
    step(),
    step(),
  ])

  expect(groups.map((group) => group.map(({ index }) => index))).toEqual([[0], [1, 2], [3], [4], [5]])
})

describe('which steps share a container', () => {
  const keys = (first: Partial<StepDefinition>, second: Partial<StepDefinition>) =>
    [first, second].map((changes, index) => placeKey(placeOf(step(changes), index, job())))

  test.each<[string, Partial<StepDefinition>, Partial<StepDefinition>]>([
    ['alike', {}, {}],
    ['with other env, directory, shell and user', {}, { env: { A: 'b' }, dir: 'web', shell: 'bash', user: 'app' }],
    ['with the image of the job written out', {}, { image: 'node:24' }],
    ['with the same secrets under other names', { secrets: { A: 'X', B: 'Y' } }, { secrets: { C: 'Y', D: 'X' } }],
    ['one after the other with a timeout', {}, { timeout: { totalMs: 1_000 } }],
    ['side by side', { parallel: 1 }, { parallel: 1 }],
  ])('steps that are %s do', (_, first, second) => {
    const [one, other] = keys(first, second)

    expect(one).toBe(other)
  })

  test.each<[string, Partial<StepDefinition>, Partial<StepDefinition>]>([
    ['other images', {}, { image: 'node:22' }],
    ['other secrets', {}, { secrets: { A: 'X' } }],
    ['other resources', {}, { resources: { memoryBytes: 1 } }],
    ['other networks', {}, { network: 'none' }],
    ['other privileges', {}, { privileged: true }],
    ['a limit of their own and neighbours', { parallel: 1 }, { parallel: 1, timeout: { silenceMs: 1_000 } }],
  ])('steps with %s do not', (_, first, second) => {
    const [one, other] = keys(first, second)

    expect(one).not.toBe(other)
  })

  test('the place of a job is that of its first step with commands', () => {
    const build = {
      uses: 'image',
      with: { context: '.', file: 'Dockerfile', args: {}, tags: [], push: false, skip: true },
    }
    const steps = [step({ work: build as StepDefinition['work'] }), step({ image: 'node:22' })]

    expect(mainPlace(job({ steps })).image).toBe('node:22')
    expect(mainPlace(job({ steps: steps.slice(0, 1) })).image).toBe('node:24')
    const { image: _, ...withoutImage } = job({ steps: steps.slice(0, 1) })
    expect(mainPlace(withoutImage).image).toBe('busybox')
  })
})

test.each([
  [job(), 'outbound'],
  [job({ network: 'none' }), 'none'],
  [job({ network: 'none', steps: [step(), step({ network: 'internal' })] }), 'internal'],
  [job({ network: 'internal', steps: [step({ network: 'outbound' })] }), 'outbound'],
  [job({ steps: [step({ network: 'none' })] }), 'outbound'],
] as const)('the network of a job is the widest that a step needs: %#', (definition, access) => {
  expect(networkAccess(definition)).toBe(access)
})

test('what conditions ask of changed files is known before the first step, and git is asked only then', async () => {
  const asked: object[] = []
  const commit = {
    async listChanges(since: object) {
      asked.push(since)
      return ['src/engine.ts']
    },
  }
  const { signal } = new AbortController()
  const offer = { commit: { before: 'a'.repeat(40) } } as Offer // nothing else of it is looked at
  const asking = ['changed("src/**")', 'failure && changed("docs")', 'branch == "main"'].map((text) =>
    step({ if: text }),
  )

  const facts = await changedFacts(job({ steps: asking }), commit, { offer, signal })
  const none = await changedFacts(job(), commit, { offer, signal })

  expect([facts, none]).toEqual([{ 'src/**': true, docs: false }, {}])
  expect(asked).toEqual([{ before: 'a'.repeat(40), base: undefined, signal }])
})

describe('when a step is run again', () => {
  const twice = { max: 2, delayMs: 5_000 }
  const on = (exitCodes: readonly number[], classes: readonly ('failed' | 'timeout' | 'out-of-memory')[]) => ({
    ...twice,
    on: { exitCodes, classes },
  })
  const end = (code: string, exitCode?: number) => ({
    ending: { outcome: 'failed' as const, code },
    ...(exitCode === undefined ? {} : { exitCode }),
  })

  test.each([
    [end('STEP_FAILED', 1), undefined, 0, false],
    [end('STEP_FAILED', 1), twice, 0, true],
    [end('STEP_FAILED', 1), twice, 1, true],
    [end('STEP_FAILED', 1), twice, 2, false],
    [end('TIMEOUT_TOTAL'), twice, 0, true],
    [end('STEP_DIRECTORY_MISSING'), twice, 0, true],
    [{ ending: passed, exitCode: 0 }, twice, 0, false],
    [{ ending: errored }, twice, 0, false],
    [{ ending: cancelled }, twice, 0, false],
    [end('STEP_FAILED', 75), on([75], []), 0, true],
    [end('STEP_FAILED', 1), on([75], []), 0, false],
    [end('STEP_FAILED', 1), on([75], ['failed']), 0, true],
    [end('TIMEOUT_SILENCE'), on([], ['timeout']), 0, true],
    [end('TIMEOUT_TOTAL'), on([], ['failed']), 0, false],
    [end('OUT_OF_MEMORY', 137), on([], ['out-of-memory']), 0, true],
    [end('OUT_OF_MEMORY', 137), on([137], []), 0, true],
  ])('%j with %j after %d retries: %s', (ended, retry, retries, isRetried) => {
    expect(isRetriedStep(ended, retry, retries)).toBe(isRetried)
  })

  test.each([
    [end('STEP_FAILED', 75), twice, 0, '[narwhal] Failed with exit code 75; trying again in 5 s (1 of 2).\n'],
    [end('TIMEOUT_TOTAL'), { max: 1, delayMs: 0 }, 0, '[narwhal] Took too long; trying again (1 of 1).\n'],
    [end('OUT_OF_MEMORY', 137), twice, 1, '[narwhal] Ran out of memory; trying again in 5 s (2 of 2).\n'],
  ])('its log says so: %j', (ended, retry, retries, line) => {
    expect(retryLine(ended, retry, retries)).toBe(line)
  })
})
