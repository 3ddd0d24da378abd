import { isProblem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openTestRunner } from './open-test-runner.ts'

const sleeper = 'image: busybox\nrun: sleep 1000\n'

test('1,000 concurrent offers to a 1-slot runner: exactly one is taken', async () => {
  await using runner = await openTestRunner({ pipeline: sleeper, slots: 1 })
  const offers = Array.from({ length: 1_000 }, () => runner.newOffer())

  const answers = await Promise.allSettled(offers.map((offer) => runner.offer(offer)))

  const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
  expect(refusals.length).toBe(999)
  expect(refusals.every((error) => isProblem(error, 'RUNNER_FULL'))).toBe(true)
  for (const { attemptId } of offers) await runner.cancel(attemptId, 'the test is over').catch(() => undefined)
})

test('an offer that comes twice is answered twice and runs once', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nrun: echo once\n' })
  const offer = runner.newOffer()

  const answers = await Promise.all([runner.offer(offer), runner.offer(offer)])
  await runner.untilEnded(offer.attemptId)
  await runner.offer(offer)

  expect(answers).toEqual([{ free: 1 }, { free: 1 }])
  expect(runner.dispatcher.log(offer.attemptId)).toBe('once\n')
  expect(await runner.metrics()).toContain('narwhal_runner_attempts_total{outcome="passed"} 1')
})

test('an offer without the runner token is UNAUTHORIZED', async () => {
  await using runner = await openTestRunner({ pipeline: sleeper })

  const answer = await fetch(`${runner.url}/v1/offers`, {
    method: 'POST',
    headers: { authorization: 'Bearer wrong', 'content-type': 'application/json' },
    body: JSON.stringify(runner.newOffer()),
  })

  expect(answer.status).toBe(401)
})
