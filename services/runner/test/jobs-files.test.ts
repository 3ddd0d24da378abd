import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { observedClock } from './observed-clock.ts'
import { openTestRunner, poll } from './open-test-runner.ts'
import { specsOf, stepLogs } from './step-outcomes.ts'

test('a job finds the artifacts of the jobs that it needs in its workspace', async () => {
  const pipeline = `
image: busybox
jobs:
  build: { run: mkdir -p dist; echo engine > dist/file, artifacts: [dist/**] }
  deploy: { needs: [build], run: cat dist/file }
`
  await using runner = await openTestRunner({ pipeline })

  const build = await runner.run()
  const artifacts = build.result?.produced?.artifacts
  const need = { key: 'build', name: 'build', outcome: 'passed', outputs: {} } as const
  const deploy = await runner.run({ jobName: 'deploy', needs: artifacts ? [{ ...need, artifacts }] : [] })

  expect(artifacts).toMatchObject({ files: 1 })
  expect(stepLogs(deploy)).toEqual({ 0: 'engine\n' })
})

test('a cache is kept by a job that passed and brought to the next one', async () => {
  const pipeline =
    'image: busybox\ncache: { path: stuff, key: mine }\nrun: test -e stuff/it && exit 0; mkdir stuff; echo it > stuff/it; echo made\n'
  await using runner = await openTestRunner({ pipeline })

  const first = await runner.run()
  const second = await runner.run()

  expect([first, second].map(stepLogs)).toEqual([{ 0: 'made\n' }, {}])
  expect(runner.dispatcher.kept.caches.size).toBe(1)
  expect(second.result?.produced?.notes?.length).toBeGreaterThan(0)
})

test('a job that failed keeps no cache', async () => {
  const pipeline = 'image: busybox\ncache: { path: stuff, key: mine }\nrun: mkdir stuff; echo it > stuff/it; exit 1\n'
  await using runner = await openTestRunner({ pipeline })

  await runner.run()

  expect(runner.dispatcher.kept.caches.size).toBe(0)
})

test('artifacts of a job whose container was killed are taken out by another one', async () => {
  const pipeline = `
image: busybox
timeout: 5s
artifacts: { paths: [logs/**], if: always }
run: mkdir logs; echo why > logs/why; sleep 10000
`
  const clock = observedClock()
  await using runner = await openTestRunner({ pipeline, clock })
  const offer = runner.newOffer({ leaseMs: 12 * 3_600_000 })
  await runner.offer(offer)
  await poll(() => clock.sleeping(10_000_000) === 1)

  await clock.advance(5_000)

  const heard = await runner.untilEnded(offer.attemptId)
  expect(heard.result?.ending.code).toBe('TIMEOUT_TOTAL')
  expect(heard.result?.produced?.artifacts).toMatchObject({ files: 1 })
  expect(specsOf(runner.engineCalls, 'startContainer').length).toBe(2)
})

test('a job that passed and whose artifacts cannot be kept does not pass, but keeps its outputs', async () => {
  const pipeline = 'image: busybox\nartifacts: [file]\nrun: echo it > file; echo A=b >> $NARWHAL_OUTPUT\n'
  await using runner = await openTestRunner({ pipeline })
  runner.dispatcher.kept.refusal = problem('BODY_TOO_LARGE', 'too much')

  const heard = await runner.run()

  expect(heard.result?.ending.outcome).toBe('errored')
  expect(heard.result?.produced?.outputs).toEqual({ A: 'b' })
})
