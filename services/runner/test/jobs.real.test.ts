import { silentLog, systemClock } from '@narwhal/host'
import { beforeAll, expect, test } from 'vitest'
import { provideTestImage, testUserImage } from '../../../test/setup/provide-test-image.ts'
import { openEngine } from '../engine/open-engine.ts'
import { openTestRunner, type TestRunner } from './open-test-runner.ts'
import { specsOf, stepLogs, stepOutcomes } from './step-outcomes.ts'

let image: string

beforeAll(async () => {
  image = await provideTestImage()
})

function openRealRunner(pipeline: string): Promise<TestRunner> {
  const deps = { clock: systemClock, log: silentLog(), dockerHost: process.env['DOCKER_HOST'] }
  return openTestRunner({ pipeline: `image: ${image}\n${pipeline}`, engine: openEngine('docker:', deps), slots: 1 })
}

/** Real containers take their time. */
const patience = { timeout: 60_000 }

async function runReal(runner: TestRunner) {
  const offer = runner.newOffer()
  await runner.offer(offer)
  await expect.poll(() => runner.dispatcher.attempt(offer.attemptId).result, patience).toBeDefined()
  return runner.dispatcher.attempt(offer.attemptId)
}

test('a step cannot find the secret of another one, and nobody finds it in the log', async () => {
  await using runner = await openRealRunner(`
steps:
  - run: |
      echo "plain $TOKEN"; echo "$TOKEN" | base64; (sleep 30 &)
      printf '%s' "$TOKEN" > /tmp/left; echo "MADE=$TOKEN" >> "$NARWHAL_OUTPUT"
    secrets: [TOKEN]
  - cat /proc/*/environ /narwhal/*.log /narwhal/*.output /tmp/left 2>/dev/null | grep -ac canary || echo nothing found
`)
  runner.dispatcher.secrets = { TOKEN: 'canary-0123456789' }

  const heard = await runReal(runner)

  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(stepLogs(heard)[0]).toMatch(/^plain \*\*\*\n\*\*\*/)
  expect(stepLogs(heard)[1]).toBe('0\nnothing found\n')
  expect(JSON.stringify([...heard.logs.values()].map(String))).not.toContain('canary')
  expect(heard.result?.produced?.outputs).toEqual({ MADE: '***' })
})

test('after a timeout the next step finds the workspace in a new container of the same place', async () => {
  await using runner = await openRealRunner(`
steps:
  - { run: echo kept > file; touch /gone; sleep 1000, timeout: 2s, retry: { max: 1, on: [timeout] } }
  - { run: cat file; test -e /gone || echo another container, if: always }
`)

  const heard = await runReal(runner)

  expect(heard.result?.ending.code).toBe('TIMEOUT_TOTAL')
  expect(stepLogs(heard)).toEqual({
    0: '[narwhal] Took too long; trying again (1 of 1).\n',
    1: 'kept\nanother container\n',
  })
  expect(specsOf(runner.engineCalls, 'startContainer').length).toBe(3)
})

test('steps side by side of several images and users share the workspace', async () => {
  await using runner = await openRealRunner(`
steps:
  - parallel:
      - { run: echo one > one; until grep -q two two; do sleep 1; done 2>/dev/null; cat two, name: slow }
      - { run: id -u; echo two > two, image: "${testUserImage}" }
      - { run: echo third; exit 3, allow-failure: true }
  - cat one two
`)

  const heard = await runReal(runner)

  expect(stepOutcomes(heard)).toEqual(['passed', 'passed', 'failed', 'passed'])
  expect(stepLogs(heard)).toEqual({ 0: 'two\n', 1: '1000\n', 2: 'third\n', 3: 'one\ntwo\n' })
})
