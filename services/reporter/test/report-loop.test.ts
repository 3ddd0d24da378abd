import { Counter, silentLog, virtualClock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { expect, test, vi } from 'vitest'
import { openOutbox, type Outbox } from '../outbox.ts'
import type { Report, Tell } from '../report.ts'
import { startReportLoop } from '../report-loop.ts'
import { build, eventsOf, sha } from './build-event.ts'

function startLoop(outbox: Outbox, tell: Tell) {
  const clock = virtualClock()
  const answers = new Counter({ name: 'answers', help: 'answers', labelNames: ['target', 'answer'], registers: [] })
  const loop = startReportLoop('github-status', tell, { outbox, clock, log: silentLog(), answers })
  return { clock, [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose]() }
}

/** The end of build `number`, of a commit of its own unless a letter is given. */
function end(number: number, commit = sha().slice(6) + String(number).padStart(6, '0')) {
  const event = eventsOf({ number, commit: { ...build().commit, sha: commit } }).finished
  return { event, targets: ['github-status' as const] }
}

test('what was told is not told again while the outbox cannot be written', async () => {
  await using kept = await openOutbox(':memory:')
  let failures = 0
  const settleTold: Outbox['settleTold'] = async (...given) => {
    if (failures++ < 3) throw problem('STORE_UNAVAILABLE', 'the disk is full')
    await kept.settleTold(...given)
  }
  const told: number[] = []
  const tell: Tell = async (report) => {
    told.push(report.build.number)
    return { type: 'delivered', told: 'passed' }
  }
  await using loop = startLoop({ ...kept, settleTold }, tell)

  await kept.take([end(1)], [])
  await vi.waitFor(async () => {
    await loop.clock.advance(60_000)
    expect(await kept.depth()).toEqual(new Map())
  })

  expect(failures).toBe(4)
  expect(told).toEqual([1])
})

test('eight commits are told at once, the next when one is done, and one commit in its order', async () => {
  await using outbox = await openOutbox(':memory:')
  const telling: { report: Report; done: () => void }[] = []
  const tell: Tell = (report) =>
    new Promise((resolve) => telling.push({ report, done: () => resolve({ type: 'delivered', told: 'passed' }) }))
  await using _ = startLoop(outbox, tell)
  const same = [end(1, sha('a')), end(2, sha('a'))]
  const others = Array.from({ length: 9 }, (_, index) => end(index + 3))

  await outbox.take([...same, ...others], [])
  await vi.waitFor(() => expect(telling).toHaveLength(8))
  expect(telling.map(({ report }) => report.build.number)).toEqual([1, 3, 4, 5, 6, 7, 8, 9])
  telling[0]?.done()
  await vi.waitFor(() => expect(telling).toHaveLength(9))
  expect(telling[8]?.report.build.number).toBe(2)

  await vi.waitFor(async () => {
    for (const { done } of telling) done()
    expect(await outbox.depth()).toEqual(new Map())
  })
})

test('while eight are told, the outbox is not asked for a ninth', async () => {
  await using kept = await openOutbox(':memory:')
  let asked = 0
  const due: Outbox['due'] = (...given) => {
    asked++
    return kept.due(...given)
  }
  const answered = Promise.withResolvers<void>()
  await using loop = startLoop({ ...kept, due }, async () => {
    await answered.promise
    return { type: 'delivered', told: 'passed' }
  })

  await kept.take(
    Array.from({ length: 9 }, (_, index) => end(index + 1)),
    [],
  )
  await loop.clock.advance(60_000)
  const askedMeanwhile = asked
  answered.resolve()

  expect(askedMeanwhile).toBeLessThanOrEqual(2)
  await vi.waitFor(async () => expect(await kept.depth()).toEqual(new Map()))
})

test('disposing waits for what is being told, and writes it down', async () => {
  await using outbox = await openOutbox(':memory:')
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  const loop = startLoop(outbox, async () => {
    asked.resolve()
    await answered.promise
    return { type: 'delivered', told: 'passed' }
  })
  await outbox.take([end(1)], [])
  await asked.promise

  const disposed = loop[Symbol.asyncDispose]()
  answered.resolve()
  await disposed

  expect(await outbox.depth()).toEqual(new Map())
})
