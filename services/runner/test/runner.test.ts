import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isProblem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openTestRunner, poll } from './open-test-runner.ts'

const greeting = 'image: busybox\nsteps: [echo hello, "echo $NARWHAL_BRANCH $NARWHAL_BUILD"]\n'

test('a job runs its steps in order and tells their log and its end', async () => {
  await using runner = await openTestRunner({ pipeline: greeting })

  const heard = await runner.run()

  expect(heard.result?.ending).toEqual({ outcome: 'passed' })
  expect(heard.events.map(({ type }) => type)).toEqual([
    'started',
    'step-started',
    'step-ended',
    'step-started',
    'step-ended',
  ])
  expect([...heard.logs.values()].map(String)).toEqual(['hello\n', 'main 7\n'])
})

test('a short job takes three calls at the most', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nrun: "true"\n' })

  await runner.run()

  expect(runner.dispatcher.calls.filter((call) => call === 'report').length).toBeLessThanOrEqual(3)
})

test('after a job nothing of it is left', async () => {
  await using runner = await openTestRunner({ pipeline: greeting })

  await runner.run()

  await expect.poll(() => readdir(join(runner.data, 'attempts'))).toEqual([])
  expect(runner.liveContainers()).toBe(0)
  expect(await runner.metrics()).toContain('narwhal_runner_attempts_total{outcome="passed"} 1')
})

test('a failing step ends the job, and the steps behind it are skipped', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nsteps: ["true", exit 3, "true"]\n' })

  const heard = await runner.run()

  expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'STEP_FAILED' })
  expect(heard.result?.ending.message).toContain('Step "exit 3" failed with exit code 3.')
  const ends = heard.events.flatMap((event) => (event.type === 'step-ended' ? [event] : []))
  expect(ends.map(({ ending }) => ending.outcome)).toEqual(['passed', 'failed', 'skipped'])
  expect(ends[1]?.exitCode).toBe(3)
})

test('a cancelled attempt ends cancelled and its container is gone', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nsteps: [sleep 1000, "true"]\n' })
  const offer = runner.newOffer()
  await runner.offer(offer)
  await runner.untilStepStarted(offer.attemptId)

  await runner.cancel(offer.attemptId, 'Ada asked for it')

  const heard = await runner.untilEnded(offer.attemptId)
  expect(heard.result?.ending).toMatchObject({ outcome: 'cancelled', code: 'CANCELLED' })
  expect(heard.result?.ending.message).toContain('Ada asked for it')
  await poll(() => runner.liveContainers() === 0)
})

test('a cancel that only the answer to a report carries is heard too', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nrun: sleep 1000\n' })
  runner.dispatcher.reply = { cancel: 'a newer commit' }

  const heard = await runner.run()

  expect(heard.result?.ending.outcome).toBe('cancelled')
})

test('a cancel for an attempt that is not here is OFFER_UNKNOWN', async () => {
  await using runner = await openTestRunner({ pipeline: greeting })

  const answer = runner.cancel(runner.newOffer().attemptId, 'a mistake')

  await expect(answer).rejects.toSatisfy((error) => isProblem(error, 'OFFER_UNKNOWN'))
})

test('a plan goes straight on with the first job', async () => {
  await using runner = await openTestRunner({ pipeline: greeting, slots: 1 })
  const next = runner.newOffer()
  runner.dispatcher.reply = { next }

  const plan = await runner.run({ kind: 'plan', jobName: 'plan' })

  expect(plan.plan?.jobs).toMatchObject([{ name: next.jobName, digest: next.digest }])
  const job = await runner.untilEnded(next.attemptId)
  expect(job.result?.ending.outcome).toBe('passed')
})

test('a stopped runner tells that its attempt was stopped, and leaves', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nrun: sleep 0.2\n' })
  const offer = runner.newOffer()
  await runner.offer(offer)
  await runner.untilStepStarted(offer.attemptId)

  await runner.stop()

  expect(runner.dispatcher.attempt(offer.attemptId).result?.ending.outcome).toBe('passed')
  expect(runner.dispatcher.calls.at(-1)).toBe('unregister')
})

test('a plan that ends while the runner stops is told, and the job behind it goes to another runner', async () => {
  await using runner = await openTestRunner({ pipeline: greeting, slots: 1 })
  const [plan, next] = [runner.newOffer({ kind: 'plan', jobName: 'plan' }), runner.newOffer()]
  const isDraining = async () =>
    isProblem(await runner.offer(runner.newOffer()).catch((error: unknown) => error), 'RUNNER_DRAINING')
  runner.dispatcher.reply = { next }
  runner.dispatcher.fate = (call) => (call === 'report' ? 'refused' : 'served')
  await runner.offer(plan)

  const stopped = runner.stop()
  await expect.poll(isDraining).toBe(true)
  runner.dispatcher.fate = () => 'served'
  await stopped

  expect(runner.dispatcher.attempt(plan.attemptId).result?.ending.outcome).toBe('passed')
  expect(runner.dispatcher.attempt(next.attemptId).events).toEqual([])
  expect(runner.dispatcher.calls.at(-1)).toBe('unregister')
})
