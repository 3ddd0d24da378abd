import { expect, test } from 'vitest'
import { keepProbing } from '../amqp/keep-probing.ts'
import { hurriedClock } from './hurried-clock.ts'

const clock = hurriedClock(1000)
const waiting = () => ({ arrived: 7, idle: true })
const { signal } = new AbortController()

test.each([
  ['messages are ready, we wait, and none comes, twice in a row', { messageCount: 1, consumerCount: 1 }, 2],
  ['the broker gives to nobody', { messageCount: 0, consumerCount: 0 }, 1],
])('a session is ended when %s', async (_when, answer, asks) => {
  const causes: unknown[] = []
  let asked = 0
  const ask = async () => {
    asked += 1
    return answer
  }

  await keepProbing('narwhal.commits.dispatcher', {
    ask,
    end: (cause) => causes.push(cause),
    clock,
    counts: waiting,
    signal,
  })

  expect([causes.length, asked]).toEqual([1, asks])
})

test('a session on which the broker does not answer is ended', async () => {
  const causes: unknown[] = []
  const ask = () => new Promise<never>(() => {})

  await keepProbing('narwhal.commits.dispatcher', {
    ask,
    end: (cause) => causes.push(cause),
    clock,
    counts: waiting,
    signal,
  })

  expect(causes).toMatchObject([{ code: 'QUEUE_UNAVAILABLE' }])
})

test.each([
  ['nothing is ready', { messageCount: 0, consumerCount: 1 }, waiting],
  ['a batch is being taken', { messageCount: 9, consumerCount: 1 }, () => ({ arrived: 7, idle: false })],
  ['messages arrive', { messageCount: 9, consumerCount: 1 }, increasing()],
])('a session goes on while %s', async (_when, answer, counts) => {
  const causes: unknown[] = []
  const ending = new AbortController()
  let asked = 0
  const ask = async () => {
    asked += 1
    if (asked === 5) ending.abort()
    return answer
  }

  const end = (cause: unknown) => causes.push(cause)
  await keepProbing('narwhal.commits.dispatcher', { ask, end, clock, counts, signal: ending.signal })

  expect([asked, causes]).toEqual([5, []])
})

function increasing() {
  let arrived = 0
  return () => ({ arrived: arrived++, idle: true })
}
