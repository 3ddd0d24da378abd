import type { Offer } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { observedClock } from './observed-clock.ts'
import { openTestRunner, poll } from './open-test-runner.ts'
import { specsOf, stepLogs, stepOutcomes } from './step-outcomes.ts'

/** A lease that outlives every test here. */
const leaseMs = 12 * 3_600_000
const forever = 10_000_000

/** A runner on a clock that stands still, with a job that has begun. */
async function openBusyRunner(pipeline: string, changes: Partial<Offer> = {}) {
  const clock = observedClock()
  const runner = await openTestRunner({ pipeline: `image: busybox\n${pipeline}`, clock })
  const { attemptId } = runner.newOffer()
  await runner.offer(runner.newOffer({ leaseMs, attemptId, ...changes }))
  const sleeps = (ms: number, count = 1) => poll(() => clock.sleeping(ms) === count)
  const logs = (text: string) => poll(() => runner.dispatcher.log(attemptId).includes(text))
  return Object.assign(runner, { clock, attemptId, sleeps, logs, ends: () => runner.untilEnded(attemptId) })
}

describe('a step that takes too long', () => {
  test('is killed, and what always runs does so in a new container in the same place', async () => {
    await using runner = await openBusyRunner(`
steps:
  - { run: sleep 10000, timeout: 5s }
  - echo never
  - { run: echo after, if: always }
`)
    await runner.sleeps(forever)

    await runner.clock.advance(5_000)

    const heard = await runner.ends()
    expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'TIMEOUT_TOTAL' })
    expect(stepOutcomes(heard)).toEqual(['failed', 'skipped', 'passed'])
    expect(stepLogs(heard)[2]).toBe('after\n')
    const places = specsOf(runner.engineCalls, 'startContainer').map(({ spec }) => spec.spoolPath)
    expect(places.length).toBe(2)
    expect(new Set(places).size).toBe(1)
    await poll(() => runner.liveContainers() === 0)
  })

  test('is tried again in a new container, with a limit of its own and the same log', async () => {
    await using runner = await openBusyRunner(`
steps: [{ run: echo trying; sleep 10000, timeout: 5s, retry: { max: 1, on: [timeout], delay: 7s } }]
`)
    await runner.sleeps(forever)

    await runner.clock.advance(5_000)
    await runner.sleeps(7_000)
    await runner.clock.advance(7_000)
    await runner.sleeps(forever)
    await runner.clock.advance(5_000)

    const heard = await runner.ends()
    const line = '[narwhal] Took too long; trying again in 7 s (1 of 1).\n'
    expect(stepLogs(heard)).toEqual({ 0: `trying\n${line}trying\n` })
    expect(heard.result?.ending.code).toBe('TIMEOUT_TOTAL')
  })

  test('does not end its neighbours', async () => {
    await using runner = await openBusyRunner(`
steps: [{ parallel: [{ run: sleep 10000, timeout: 5s }, sleep 8; echo done] }]
`)
    await runner.sleeps(forever)
    await runner.sleeps(8_000)

    await runner.clock.advance(5_000)
    await runner.clock.advance(3_000)

    const heard = await runner.ends()
    expect(stepOutcomes(heard)).toEqual(['failed', 'passed'])
    expect(stepLogs(heard)[1]).toBe('done\n')
  })
})

describe('silence', () => {
  test('of a step ends it once it has lasted', async () => {
    await using runner = await openBusyRunner(`
steps: [{ run: sleep 4; echo one; sleep 10000, timeout: { silence: 5s } }]
`)
    await runner.sleeps(4_000)
    await runner.clock.advance(4_000)
    await runner.sleeps(forever)
    await poll(() => runner.clock.sleeping(100) === 1) // the output was noticed and is about to be told

    await runner.clock.advance(4_999)
    const before = runner.liveContainers()
    await runner.clock.advance(1)

    const heard = await runner.ends()
    expect(before).toBe(1)
    expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'TIMEOUT_SILENCE' })
    expect(heard.result?.ending.message).toContain('put out nothing for 5 s.')
  })

  test('of all steps that run side by side ends the job', async () => {
    await using runner = await openBusyRunner(`
timeout: { silence: 5s }
steps:
  - parallel: [sleep 10000, sleep 4; echo one; sleep 10000]
  - { run: echo after, if: failure }
`)
    await runner.sleeps(4_000)
    await runner.clock.advance(4_000)
    await poll(() => runner.clock.sleeping(forever) === 2)
    await runner.clock.advance(4_999)
    const before = runner.liveContainers()
    await runner.clock.advance(1)

    const heard = await runner.ends()
    expect(before).toBe(1)
    expect(heard.result?.ending.message).toContain('The job put out nothing for 5 s.')
    expect(stepOutcomes(heard)).toEqual(['failed', 'failed', 'passed'])
  })
})

describe('a job that takes too long', () => {
  const pipeline = `
timeout: 5s
steps:
  - { run: sleep 10000, allow-failure: true }
  - { run: echo after, if: failure }
  - { run: sleep 10000, if: always }
  - { run: echo never, if: always }
`

  test('fails, and what runs then has five minutes', async () => {
    await using runner = await openBusyRunner(pipeline)
    await runner.sleeps(forever)
    await runner.clock.advance(5_000)
    await runner.logs('after')
    await runner.sleeps(forever)

    await runner.clock.advance(299_999)
    const before = runner.liveContainers()
    await runner.clock.advance(1)

    const heard = await runner.ends()
    expect(before).toBe(1)
    expect(stepOutcomes(heard)).toEqual(['failed', 'passed', 'failed', 'skipped'])
    expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'TIMEOUT_TOTAL' })
    expect(heard.result?.ending.message).toContain('The job took longer than its 5 s.')
  })

  test('ends at once when somebody cancels it then', async () => {
    await using runner = await openBusyRunner(pipeline)
    await runner.sleeps(forever)
    await runner.clock.advance(5_000)
    await runner.logs('after')
    await runner.sleeps(forever)

    await runner.cancel(runner.attemptId, 'enough')

    const heard = await runner.ends()
    expect(heard.result?.ending.outcome).toBe('cancelled')
    expect(stepOutcomes(heard)).toEqual(['failed', 'passed', 'cancelled', 'skipped'])
  })
})

describe('a job that is cancelled', () => {
  test('runs what asks for it', async () => {
    await using runner = await openBusyRunner(`
steps:
  - sleep 10000
  - { run: echo bye, if: cancelled }
  - { run: echo always, if: always }
  - { run: echo never, if: failure }
`)
    await runner.sleeps(forever)

    await runner.cancel(runner.attemptId, 'enough')

    const heard = await runner.ends()
    expect(heard.result?.ending).toMatchObject({ outcome: 'cancelled', code: 'CANCELLED' })
    expect(stepOutcomes(heard)).toEqual(['cancelled', 'passed', 'passed', 'skipped'])
    expect(stepLogs(heard)).toEqual({ 1: 'bye\n', 2: 'always\n' })
  })

  test('while it was failing already ends cancelled', async () => {
    await using runner = await openBusyRunner('steps: [exit 1, { run: sleep 10000, if: always }]\n')
    await runner.sleeps(forever)

    await runner.cancel(runner.attemptId, 'enough')

    expect((await runner.ends()).result?.ending.outcome).toBe('cancelled')
  })

  test('while a step waits to be tried again ends there', async () => {
    await using runner = await openBusyRunner('steps: [{ run: exit 1, retry: { max: 3, delay: 100s } }]\n')
    await runner.sleeps(100_000)

    await runner.cancel(runner.attemptId, 'enough')

    expect((await runner.ends()).result?.ending.outcome).toBe('cancelled')
    expect(specsOf(runner.engineCalls, 'runStep').length).toBe(1)
  })

  test('leaves nothing running when the runner is stopped then', async () => {
    await using runner = await openBusyRunner('steps: [sleep 10000, { run: sleep 10000, if: always }]\n')
    await runner.sleeps(forever)
    await runner.cancel(runner.attemptId, 'enough')
    await poll(() => specsOf(runner.engineCalls, 'runStep').length === 2)

    const stopped = runner.stop()
    await runner.sleeps(25_000)
    await runner.clock.advance(25_000)
    await stopped

    expect(runner.dispatcher.attempt(runner.attemptId).result?.ending.outcome).toBe('cancelled')
    expect(runner.liveContainers()).toBe(0)
  })
})

test('a sidecar that is not ready in five minutes fails the job with its last lines', async () => {
  await using runner = await openBusyRunner('services: { db: "never-ready:1" }\nsteps: [echo never]\n')
  await poll(() => runner.clock.sleeping(300_000) === 1 && runner.clock.sleeping(1_000) === 1)

  await runner.clock.advance(300_000)

  const heard = await runner.ends()
  expect(heard.result?.ending).toMatchObject({ outcome: 'failed', code: 'SIDECAR_NOT_READY' })
  expect(heard.result?.ending.message).toContain('The sidecar "db" was not ready within 5 minutes.\nup\n')
  expect(stepOutcomes(heard)).toEqual(['skipped'])
  await poll(() => runner.liveContainers() === 0)
})
