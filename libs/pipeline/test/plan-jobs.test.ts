import { isDeepStrictEqual } from 'node:util'
import { catalogue, type Commit } from '@narwhal/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestJob, endingOfProblems, type JobDefinition, parsePipeline, planJobs } from '../index.ts'

const job: JobDefinition = {
  name: 'build',
  image: 'node:24',
  env: { B: '2', A: '1' },
  timeoutMs: 3_600_000,
  steps: [{ name: 'npm test', run: 'npm test', env: {}, timeoutMs: 1_000 }],
}
const commit: Commit = {
  repository: { host: 'github.com', owner: 'ada', name: 'engine' },
  ref: 'refs/heads/main',
  sha: 'a'.repeat(40),
  trigger: 'push',
}

test('a plan has the names, digests and steps of the jobs', () => {
  const plan = planJobs({ jobs: [job] }, commit)

  expect(plan).toEqual({
    jobs: [
      {
        name: 'build',
        // of {"env":{"A":"1","B":"2"},"image":…,"timeoutMs":3600000} by sha256sum
        digest: '6f42ba39b9df775fa1e016b5cfd781e45ce3d2f4f7f9bc52f5d5baf7abe1efe2',
        steps: ['npm test'],
      },
    ],
  })
})

test.each([
  ['push', 'Fix the pump [skip ci]', '[skip ci]'],
  ['tag', '[CI Skip] release', '[ci skip]'],
  ['poll', 'Fix\n\nmore words [ci skip]', '[ci skip]'],
] as const)('a %s whose message is %j is skipped', (trigger, message, mark) => {
  expect(planJobs({ jobs: [job] }, { ...commit, trigger, message })).toEqual({
    ending: {
      outcome: 'skipped',
      code: 'COMMIT_SKIPPED',
      message: `The commit message has ${mark}.\n${catalogue.COMMIT_SKIPPED.fix}`,
    },
  })
})

test.each([
  ['manual', '[skip ci]'],
  ['cron', '[skip ci]'],
  ['pull_request', '[ci skip]'],
  ['push', 'skip ci'],
  ['push', ''],
] as const)('a %s whose message is %j is built', (trigger, message) => {
  expect(planJobs({ jobs: [job] }, { ...commit, trigger, message })).toHaveProperty('jobs')
})

test('the digest does not depend on the order of keys', () => {
  const { name, image, env, timeoutMs, steps } = job
  const turned = { steps, timeoutMs, env: { A: '1', B: '2' }, image, name }

  expect(Object.keys(env)).toEqual(['B', 'A'])
  expect(digestJob(turned)).toBe(digestJob(job))
})

test('another command, order of steps, variable or timeout has another digest', () => {
  const step = { name: 'a', run: 'a', env: {} }
  const others: readonly JobDefinition[] = [
    { ...job, image: 'node:26' },
    { ...job, env: { A: '1' } },
    { ...job, timeoutMs: 1 },
    { ...job, steps: [step, ...job.steps] },
    { ...job, steps: [...job.steps, step] },
    { ...job, steps: [{ name: 'npm test', run: 'npm test', env: {} }] },
  ]

  expect(new Set([job, ...others].map(digestJob)).size).toBe(others.length + 1)
})

test('the same text always has the same digest, and different environments different ones', () => {
  const envs = fc.dictionary(fc.stringMatching(/^[A-Z]{1,3}$/), fc.string())
  fc.assert(
    fc.property(envs, envs, (a, b) => {
      const isSame = digestJob({ ...job, env: a }) === digestJob({ ...job, env: b })
      expect(isSame).toBe(isDeepStrictEqual({ ...a }, { ...b }))
    }),
  )
})

test('a build of a broken file ends failed, and its message has every problem and its code', () => {
  const parsed = parsePipeline('imge: a\nrun: b\nfoo: c\n')

  const ending = endingOfProblems('problems' in parsed ? parsed.problems : [])

  expect(ending).toMatchObject({ outcome: 'failed', code: 'PIPELINE_INVALID' })
  expect(ending.message?.match(/PIPELINE_UNKNOWN_KEY — /g)).toHaveLength(2)
})

test('the message of the worst file fits into an ending', () => {
  const parsed = parsePipeline(`{${Array.from({ length: 5_000 }, (_, index) => `imag${index}: 1`).join(',')}}`)

  const ending = endingOfProblems('problems' in parsed ? parsed.problems : [])

  expect(ending.message?.length).toBeLessThanOrEqual(65_536)
})
