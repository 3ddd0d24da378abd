import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLog } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { expect, test } from 'vitest'
import type { AttemptNetwork, Container, Engine } from '../engine/engine.ts'
import { openEngine } from '../engine/open-engine.ts'
import { observedClock } from './observed-clock.ts'
import { openTestRunner, poll } from './open-test-runner.ts'
import { specsOf, stepLogs, stepOutcomes } from './step-outcomes.ts'

/** The scripted engine, with something else in place of `startContainer`. */
function engineThatStarts(
  clock: ReturnType<typeof observedClock>,
  start: (startContainer: AttemptNetwork['startContainer']) => AttemptNetwork['startContainer'],
): Engine {
  const engine = openEngine('scripted:', { clock, log: silentLog() })
  return {
    ...engine,
    async openNetwork(spec, options) {
      const network = await engine.openNetwork(spec, options)
      return { ...network, startContainer: start(network.startContainer) }
    },
  }
}

test('a container that starts between two renewals finds written how long it may live', async () => {
  const clock = observedClock()
  const found: (string | undefined)[] = []
  const engine = engineThatStarts(clock, (startContainer) => async (spec, options) => {
    const text = await readFile(join(spec.leasePath ?? '', 'left'), 'utf8')
    found.push(text.trimEnd().split(' ')[1])
    return startContainer(spec, options)
  })
  const pipeline = 'image: busybox\nsteps: [sleep 7, { image: alpine, run: "true" }]\n'
  await using runner = await openTestRunner({ pipeline, clock, engine })
  const offer = runner.newOffer()

  await runner.offer(offer)
  await poll(() => clock.sleeping(7_000) === 1)
  await clock.advance(7_000)
  await runner.untilEnded(offer.attemptId)

  expect(found).toEqual(['23', '16'])
})

test('what always runs does so in a new container when the one before it has ended by itself', async () => {
  const clock = observedClock()
  const engine = engineThatStarts(clock, (startContainer) => async (spec, options) => {
    const container = await startContainer(spec, options)
    return { ...container, runStep: endsByItself(container) }
  })
  const pipeline = 'image: busybox\nsteps: [echo first, echo never, { run: echo after, if: always }]\n'
  await using runner = await openTestRunner({ pipeline, clock, engine })

  const heard = await runner.run()

  expect(heard.result?.ending).toMatchObject({ outcome: 'errored', code: 'LEASE_LOST' })
  expect(stepOutcomes(heard)).toEqual(['errored', 'skipped', 'passed'])
  expect(stepLogs(heard)[2]).toBe('after\n')
  expect(specsOf(runner.engineCalls, 'startContainer').length).toBe(2)
})

/** No step of the container in which the first one ran gets further. */
function endsByItself({ runStep }: Container): Container['runStep'] {
  let isOver = false
  return async (step, options) => {
    isOver ||= step.index === 0
    if (isOver) throw problem('LEASE_LOST', 'it ended by itself')
    return runStep(step, options)
  }
}
