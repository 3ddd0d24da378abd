import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import { openTestRunner } from './open-test-runner.ts'
import type { Fate } from './stand-in-dispatcher.ts'

const talker = 'image: busybox\nsteps: [seq 1 30000, "echo between; sleep 0.15; echo after", seq 30001 60000]\n'
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`)
const said = [...numbers(1, 30_000), 'between\nafter\n', ...numbers(30_001, 60_000)].join('')

/** Draws in [0, 1), the same ones for the same seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

test.each([1, 2, 3, 4])('the log arrives whole when reports fail now and then (seed %i)', async (seed) => {
  await using runner = await openTestRunner({ pipeline: talker })
  const random = seeded(seed)
  const fates: readonly Fate[] = ['served', 'served', 'refused', 'cut-before', 'cut-after']
  runner.dispatcher.fate = () => fates[Math.floor(random() * fates.length)] ?? 'served'

  const offer = runner.newOffer()
  await expect.poll(() => runner.offer(offer).then(() => 'taken')).toBe('taken')
  const heard = await runner.untilEnded(offer.attemptId)

  expect(heard.result?.ending.outcome).toBe('passed')
  expect(runner.dispatcher.log(offer.attemptId) === said).toBe(true)
  expect(heard.events.map(({ sequence }) => sequence)).toEqual(heard.events.map((_, index) => index + 1))
})

test('a chunk that was lost is sent again from the expected offset', async () => {
  await using runner = await openTestRunner({ pipeline: talker })
  const offer = runner.newOffer()
  const heard = runner.dispatcher.attempt(offer.attemptId)
  let losses = 1
  runner.dispatcher.objection = () => {
    const stored = heard.logs.get(0)
    if (stored === undefined || losses-- <= 0) return undefined
    heard.logs.set(0, stored.subarray(0, 10)) // what was acknowledged is gone
    return problem('LOG_OFFSET_WRONG', 'a hole', { data: { step: 0, expected: 10 } })
  }

  await runner.offer(offer)
  await runner.untilEnded(offer.attemptId)

  expect(losses).toBeLessThan(1)
  expect(runner.dispatcher.log(offer.attemptId) === said).toBe(true)
})

test('events that were lost are sent again from the expected one', async () => {
  await using runner = await openTestRunner({ pipeline: talker })
  const offer = runner.newOffer()
  const heard = runner.dispatcher.attempt(offer.attemptId)
  let losses = 1
  runner.dispatcher.objection = () => {
    if (heard.events.length < 2 || losses-- <= 0) return undefined
    heard.events.length = 1
    return problem('REPORT_GAP', 'a gap', { data: { expected: 2 } })
  }

  await runner.offer(offer)
  await runner.untilEnded(offer.attemptId)

  expect(heard.events.map(({ sequence }) => sequence)).toEqual(heard.events.map((_, index) => index + 1))
  expect(heard.events.length).toBe(7)
})

test('an attempt whose reports are refused for good is given up and frees its slot', async () => {
  await using runner = await openTestRunner({ pipeline: talker, slots: 1 })
  const refused = runner.newOffer()
  runner.dispatcher.objection = () => problem('ATTEMPT_TOKEN_WRONG', 'another one has its place')

  await runner.offer(refused)

  await expect.poll(() => runner.metrics()).toContain('{outcome="abandoned"} 1')
  runner.dispatcher.objection = undefined
  const heard = await runner.run()
  expect(heard.result?.ending.outcome).toBe('passed')
})

test('a result waits for a dispatcher that is away, and its attempt stays registered', async () => {
  await using runner = await openTestRunner({ pipeline: 'image: busybox\nrun: "true"\n', heartbeatMs: 20 })
  const offer = runner.newOffer()
  runner.dispatcher.fate = (call) => (call === 'report' ? 'cut-before' : 'served')
  await expect.poll(() => runner.dispatcher.registrations.length).toBe(1)

  await runner.offer(offer)
  await expect.poll(async () => (await runner.metrics()).includes('narwhal_runner_held 1')).toBe(true)
  runner.dispatcher.known.clear()
  await expect.poll(() => runner.dispatcher.registrations.length).toBeGreaterThan(1)
  runner.dispatcher.fate = () => 'served'

  const heard = await runner.untilEnded(offer.attemptId)
  expect(heard.result?.ending.outcome).toBe('passed')
  expect(runner.dispatcher.registrations.at(-1)?.attempts).toEqual([offer.attemptId])
})
