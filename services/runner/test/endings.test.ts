import { type Offer, problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { endingOf } from '../ending-of.ts'
import { openTestRunner, type TestRunnerOptions } from './open-test-runner.ts'

interface Case {
  readonly name: string
  readonly options: TestRunnerOptions
  readonly offer?: Partial<Offer>
  readonly ending: { readonly outcome: string; readonly code: string; readonly message: unknown }
}

const plan = { kind: 'plan', jobName: 'plan' } as const
const says = (text: string) => expect.stringContaining(text)
const job = (image: string, run: string) => ({ pipeline: `image: ${image}\nrun: "${run}"\n` })

const cases: readonly Case[] = [
  {
    name: 'an image that does not exist',
    options: job('missing:1', 'true'),
    ending: { outcome: 'failed', code: 'IMAGE_NOT_FOUND', message: says('Correct the name') },
  },
  {
    name: 'a registry that does not answer',
    options: job('unpullable:1', 'true'),
    ending: { outcome: 'errored', code: 'IMAGE_PULL_FAILED', message: says('Check the network') },
  },
  {
    name: 'an image without a shell',
    options: job('shell-less:1', 'true'),
    ending: { outcome: 'failed', code: 'IMAGE_WITHOUT_SHELL', message: says('Use an image that has `sh`') },
  },
  {
    name: 'a step that wants too much memory',
    options: job('busybox', 'oom'),
    ending: { outcome: 'failed', code: 'OUT_OF_MEMORY', message: says('Use less memory') },
  },
  {
    name: 'a container that somebody removed',
    options: job('busybox', 'vanish'),
    ending: { outcome: 'errored', code: 'CONTAINER_GONE', message: says('Narwhal tries again') },
  },
  {
    name: 'a commit that does not exist',
    options: job('busybox', 'true'),
    offer: {
      commit: {
        repository: { host: 'example.org', owner: 'ada', name: 'engine' },
        ref: 'refs/heads/main',
        sha: '0123456789012345678901234567890123456789',
        trigger: 'push',
      },
    },
    ending: { outcome: 'errored', code: 'COMMIT_NOT_FOUND', message: says('Push the commit again') },
  },
  {
    name: 'a job that differs from the planned one',
    options: job('busybox', 'true'),
    offer: { digest: '0'.repeat(64) },
    ending: { outcome: 'errored', code: 'PLAN_CHANGED', message: says('Resubmit the build') },
  },
  {
    name: 'a job that was never planned',
    options: job('busybox', 'true'),
    offer: { jobName: 'invented' },
    ending: { outcome: 'errored', code: 'PLAN_CHANGED', message: says('"invented"') },
  },
  {
    name: 'a commit without narwhal.yml',
    options: {},
    offer: plan,
    ending: { outcome: 'skipped', code: 'PIPELINE_MISSING', message: says('Add a narwhal.yml') },
  },
  {
    name: 'a narwhal.yml with faults',
    options: { pipeline: 'image: busybox\nrnu: true\n' },
    offer: plan,
    ending: { outcome: 'failed', code: 'PIPELINE_INVALID', message: says('narwhal.yml:2:1') },
  },
  {
    name: 'a narwhal.yml that is a link out of the repository',
    options: { pipeline: '->/etc/passwd' },
    offer: plan,
    ending: { outcome: 'failed', code: 'GIT_FILE_NOT_REGULAR', message: expect.not.stringContaining('root:') },
  },
  {
    name: 'a commit message that asks for no build',
    options: { ...job('busybox', 'true'), message: 'Words only [skip ci]' },
    offer: plan,
    ending: { outcome: 'skipped', code: 'COMMIT_SKIPPED', message: says('[skip ci]') },
  },
]

test.each(cases)('$name ends $ending.outcome $ending.code, says what to do, and frees its slot', async (given) => {
  await using runner = await openTestRunner({ ...given.options, slots: 1 })

  const heard = await runner.run(given.offer)

  expect(heard.result?.ending).toEqual(given.ending)
  expect(runner.liveContainers()).toBe(0)
  await runner.run(given.offer) // the only slot is free
})

test.each([
  [problem('TIMEOUT_TOTAL', 'too long'), 'failed', 'TIMEOUT_TOTAL'],
  [problem('CANCELLED', 'enough'), 'cancelled', 'CANCELLED'],
  [problem('TIMEOUT_SILENCE', 'no word'), 'failed', 'TIMEOUT_SILENCE'],
  [problem('SIDECAR_ENDED', 'gone'), 'failed', 'SIDECAR_ENDED'],
  [problem('IMAGE_BUILD_FAILED', 'no'), 'failed', 'IMAGE_BUILD_FAILED'],
  [problem('IMAGE_PUSH_FAILED', 'no'), 'errored', 'IMAGE_PUSH_FAILED'],
  [problem('STEP_DIRECTORY_MISSING', 'no'), 'failed', 'STEP_DIRECTORY_MISSING'],
  [problem('SECRET_NOT_FOUND', 'none'), 'failed', 'SECRET_NOT_FOUND'],
  [problem('SECRETS_UNTRUSTED', 'a stranger'), 'failed', 'SECRETS_UNTRUSTED'],
  [problem('SECRETS_KEY_MISSING', 'none'), 'errored', 'SECRETS_KEY_MISSING'],
  [problem('HOST_ENGINE_UNSUPPORTED', 'no containers'), 'failed', 'HOST_ENGINE_UNSUPPORTED'],
  [problem('CLONE_URL_INVALID', 'no URL'), 'errored', 'CLONE_URL_INVALID'],
  [problem('ENGINE_GONE', 'no answer'), 'errored', 'ENGINE_GONE'],
  [problem('FETCH_FAILED', 'no answer'), 'errored', 'FETCH_FAILED'],
  [problem('DISK_FULL', 'no space'), 'errored', 'DISK_FULL'],
  [problem('RUNNER_STOPPED', 'stopped'), 'errored', 'RUNNER_STOPPED'],
  [Object.assign(new Error('write'), { code: 'ENOSPC' }), 'errored', 'DISK_FULL'],
  [new TypeError('a mistake of ours, with a secret in it'), 'errored', 'RUNNER_ERROR'],
  ['not even an error', 'errored', 'RUNNER_ERROR'],
])('the error %s is the ending %s %s', (error, outcome, code) => {
  const ending = endingOf(error)

  expect(ending).toMatchObject({ outcome, code })
  expect(ending.message).not.toContain('with a secret in it')
})
