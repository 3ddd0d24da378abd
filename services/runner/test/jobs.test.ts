import type { Offer } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { openTestRunner } from './open-test-runner.ts'
import { specsOf, stepLogs, stepOutcomes } from './step-outcomes.ts'

test('a plain job asks the engine for its image, a network and one container', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nsteps: [echo one, echo two]\n' })

  await runner.run()

  await expect
    .poll(() => runner.engineCalls.map(({ call }) => call))
    .toEqual([...['provideImage', 'openNetwork', 'startContainer'], ...['runStep', 'runStep', 'closeNetwork']])
  expect(runner.dispatcher.calls).not.toContain('secrets')
})

test('steps of other images run in containers of their own, and those of the first go on in the first', async () => {
  const pipeline = `
image: busybox
steps:
  - echo first > note
  - { run: cat note, image: alpine }
  - cat note
`
  await using runner = await openTestRunner({ pipeline })

  const heard = await runner.run()

  expect(stepLogs(heard)).toEqual({ 1: 'first\n', 2: 'first\n' })
  const containers = specsOf(runner.engineCalls, 'startContainer').map(({ spec }) => spec)
  expect(containers.map(({ image }) => image)).toEqual(['busybox', 'alpine'])
  expect(new Set(containers.map(({ spoolPath }) => spoolPath)).size).toBe(2)
  expect(new Set(containers.map(({ workspacePath }) => workspacePath)).size).toBe(1)
  await expect.poll(() => runner.liveContainers()).toBe(0)
})

test('every image is there before the first step, so that a misspelt one fails at once', async () => {
  const pipeline = 'image: busybox\nsteps: [echo hello, { run: echo never, image: "missing:1" }]\n'
  await using runner = await openTestRunner({ pipeline })

  const heard = await runner.run()

  expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'IMAGE_NOT_FOUND' })
  expect(stepOutcomes(heard)).toEqual(['skipped', 'skipped'])
})

test('a step gets the directory, shell and user of the job unless it has its own', async () => {
  const pipeline = `
image: busybox
dir: web
shell: sh -eu
user: app
steps:
  - { run: "true", dir: ., user: root }
  - { run: mkdir -p web, dir: . }
  - "true"
`
  await using runner = await openTestRunner({ pipeline })

  await runner.run()

  const specs = specsOf(runner.engineCalls, 'runStep').map(({ spec: { dir, shell, user } }) => ({ dir, shell, user }))
  expect(specs[0]).toEqual({ dir: '.', shell: 'sh -eu', user: 'root' })
  expect(specs[2]).toEqual({ dir: 'web', shell: 'sh -eu', user: 'app' })
})

describe('which steps run', () => {
  test.each([
    [
      'after a failure only those that ask for it',
      ['exit 1', 'if: failure', 'if: always', 'if: cancelled', 'true'],
      ['failed', 'passed', 'passed', 'skipped', 'skipped'],
      'failed',
    ],
    [
      'without one those that ask for a failure do not',
      ['true', 'if: failure', 'if: always', 'if: success'],
      ['passed', 'skipped', 'passed', 'passed'],
      'passed',
    ],
    ['a condition on the commit', ['if: branch == "main"', 'if: branch == "other"'], ['passed', 'skipped'], 'passed'],
    [
      'a condition without a bare word wants success',
      ['exit 1', 'if: branch == "main"'],
      ['failed', 'skipped'],
      'failed',
    ],
    ['a condition with one', ['exit 1', 'if: failure && branch == "main"'], ['failed', 'passed'], 'failed'],
    ['after one that may fail all', ['allow-failure: true', 'true'], ['failed', 'passed'], 'passed'],
  ] as const)('%s', async (_, given, outcomes, outcome) => {
    const steps = given.map((step) => {
      if (step.startsWith('if: ')) return `  - { run: "true", if: '${step.slice(4)}' }`
      return step.startsWith('allow') ? `  - { run: exit 1, ${step} }` : `  - "${step}"`
    })
    await using runner = await openTestRunner({ pipeline: `image: busybox\nsteps:\n${steps.join('\n')}\n` })

    const heard = await runner.run()

    expect(stepOutcomes(heard)).toEqual(outcomes)
    expect(heard.result?.ending.outcome).toBe(outcome)
  })

  test('a condition on changed files holds where there is nothing to compare with', async () => {
    const pipeline = `image: busybox\nsteps: [{ run: echo changed, if: 'changed("src/**")' }]\n`
    await using runner = await openTestRunner({ pipeline })

    const heard = await runner.run()

    expect(stepLogs(heard)).toEqual({ 0: 'changed\n' })
  })

  test('the job ends with the first failure and its exit code, whatever comes then', async () => {
    const pipeline = 'image: busybox\nsteps: [exit 3, { run: exit 4, if: always }]\n'
    await using runner = await openTestRunner({ pipeline })

    const heard = await runner.run()

    expect(heard.result).toMatchObject({ exitCode: 3, ending: { code: 'STEP_FAILED' } })
    expect(heard.result?.ending.message).toContain('Step "exit 3"')
  })
})

const needed: Offer['needs'][number] = { key: 'build', name: 'build', outcome: 'passed', outputs: { TAG: 'v7' } }
const deploy = `
jobs:
  build: { image: busybox, run: "true" }
  deploy:
    needs: [build]
    image: busybox:\${{ needs.build.outputs.TAG }}
    env: { TAG: "\${{ needs.build.outputs.TAG }}" }
    steps:
      - echo $TAG
      - { run: echo it is seven, if: needs.build.outputs.TAG == "v7" }
`

test('what needed jobs put out is known in texts and conditions', async () => {
  await using runner = await openTestRunner({ pipeline: deploy })

  const heard = await runner.run({ jobName: 'deploy', needs: [needed] })

  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(stepLogs(heard)).toEqual({ 0: 'v7\n', 1: 'it is seven\n' })
  expect(specsOf(runner.engineCalls, 'startContainer')[0]?.spec.image).toBe('busybox:v7')
})

test('a job whose texts cannot be filled fails and says why', async () => {
  await using runner = await openTestRunner({ pipeline: deploy })

  const heard = await runner.run({ jobName: 'deploy', needs: [{ ...needed, outputs: {} }] })

  expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'EXPRESSION_UNANSWERED' })
  expect(heard.result?.ending.message).toContain('TAG')
})

test('what steps append to their files goes with the result, the later word counting', async () => {
  const pipeline = `
image: busybox
steps:
  - echo TAG=v1 >> $NARWHAL_OUTPUT; echo "# One" >> $NARWHAL_SUMMARY
  - echo TAG=v2 >> $NARWHAL_OUTPUT; echo OTHER=x >> $NARWHAL_OUTPUT; echo "# Two" >> $NARWHAL_SUMMARY
`
  await using runner = await openTestRunner({ pipeline })

  const heard = await runner.run()

  expect(heard.result?.produced?.outputs).toEqual({ TAG: 'v2', OTHER: 'x' })
  expect(heard.result?.produced?.summary).toMatch(/# One[^]*# Two/)
})

describe('a step that is tried again', () => {
  const flaky = (retry: string) => `
image: busybox
steps:
  - run: |
      echo trying
      test -e tried && exit 0
      echo once > tried
      exit 75
    retry: ${retry}
`

  test('goes on with its log, which says so', async () => {
    await using runner = await openTestRunner({ pipeline: flaky('2') })

    const heard = await runner.run()

    expect(heard.result?.ending).toEqual({ outcome: 'passed' })
    const line = '[narwhal] Failed with exit code 75; trying again (1 of 2).\n'
    expect(stepLogs(heard)).toEqual({ 0: `trying\n${line}trying\n` })
    expect(stepOutcomes(heard)).toEqual(['passed'])
    expect(specsOf(runner.engineCalls, 'startContainer').length).toBe(1)
  })

  test('is not when its exit code is not worth it', async () => {
    await using runner = await openTestRunner({ pipeline: flaky('{ max: 2, on: [1] }') })

    const heard = await runner.run()

    expect(heard.result).toMatchObject({ exitCode: 75, ending: { outcome: 'failed' } })
  })

  test('ends with its last failure when none passes', async () => {
    const pipeline = 'image: busybox\nsteps: [{ run: exit 7, retry: 2 }]\n'
    await using runner = await openTestRunner({ pipeline })

    const heard = await runner.run()

    expect(heard.result?.exitCode).toBe(7)
    expect(specsOf(runner.engineCalls, 'runStep').length).toBe(3)
  })
})

test('steps side by side all end; their logs come in order and the worst of them decides', async () => {
  const pipeline = `
image: busybox
steps:
  - parallel:
      - echo slow; sleep 0.2; echo slow again
      - echo quick; exit 5
      - echo third
  - echo never
`
  await using runner = await openTestRunner({ pipeline })

  const heard = await runner.run()

  expect(stepOutcomes(heard)).toEqual(['passed', 'failed', 'passed', 'skipped'])
  expect([...heard.logs.keys()]).toEqual([0, 1, 2])
  expect(stepLogs(heard)).toEqual({ 0: 'slow\nslow again\n', 1: 'quick\n', 2: 'third\n' })
  expect(heard.result?.exitCode).toBe(5)
  expect(specsOf(runner.engineCalls, 'startContainer').length).toBe(1)
})

test('a step that builds an image has its output for a log, and its failure for an end', async () => {
  const pipeline = `
image: busybox
steps:
  - echo FROM busybox > Dockerfile
  - { uses: image, with: { tags: ["ada/engine:1"] } }
  - echo RUN false >> Dockerfile
  - { uses: image, with: { tags: ["ada/engine:2"] } }
  - echo never
`
  await using runner = await openTestRunner({ pipeline })

  const heard = await runner.run()

  expect(stepOutcomes(heard)).toEqual(['passed', 'passed', 'passed', 'failed', 'skipped'])
  expect(stepLogs(heard)[1]).not.toBe('')
  expect(heard.result?.ending.code).toBe('IMAGE_BUILD_FAILED')
  expect(specsOf(runner.engineCalls, 'startContainer').length).toBe(1)
})
