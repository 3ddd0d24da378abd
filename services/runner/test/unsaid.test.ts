import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type AttemptReport, type AttemptReportEvent, problem } from '@narwhal/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StepLog } from '../tail-log.ts'
import { openUnsaid, type Unsaid } from '../unsaid.ts'
import { type HeardAttempt, take } from './stand-in-dispatcher.ts'

/** A log in memory, whole from the beginning. */
function memoryLog(bytes: Buffer): StepLog {
  return {
    read: async (offset, limitBytes) => bytes.subarray(offset, offset + limitBytes),
    end: async () => undefined,
    look: async () => 0,
    lengthBytes: bytes.length,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

const pattern = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, place) => place % 251))

/** What may happen to a report on its way. */
const fate = fc.constantFrom('heard', 'heard', 'heard', 'lost', 'answer lost', 'memory lost')
const step = fc.nat({ max: 300_000 }).map((bytes) => pattern.subarray(0, bytes))

test('whatever gets lost, the dispatcher hears each event once and every byte of the log', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 4 }), fc.array(fate, { maxLength: 40 }), async (steps, fates) => {
      const unsaid = openUnsaid()
      const heard: HeardAttempt = { events: [], logs: new Map() }
      for (const [index, bytes] of steps.entries()) addStep(unsaid, index, bytes)
      unsaid.end({ ending: { outcome: 'passed' }, at: 9 })

      const left = [...fates]
      while (heard.result === undefined) await sendOnce(unsaid, heard, left.shift() ?? 'heard')

      expect(heard.events.map(({ sequence }) => sequence)).toEqual(
        steps.flatMap((_, index) => [2 * index + 1, 2 * index + 2]),
      )
      expect(Buffer.concat([...heard.logs.values()]).equals(Buffer.concat(steps))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('whenever its runner is killed, the dispatcher hears each event once and every byte of the log', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 4 }), fc.array(fate, { maxLength: 12 }), async (steps, fates) => {
      const heard: HeardAttempt = { events: [], logs: new Map() }
      const former = openUnsaid()
      const events = steps.flatMap((bytes, index) => addStep(former, index, bytes))
      const said = { events: 0, logs: new Map<number, number>() }
      for (const happens of fates) note(said, await sendOnce(former, heard, happens))

      const unsaid = openUnsaid({ events, said })
      for (const [index, bytes] of steps.entries()) unsaid.addLog(index, memoryLog(bytes))
      unsaid.end({ ending: { outcome: 'passed' }, at: 9 })
      while (heard.result === undefined) await sendOnce(unsaid, heard, 'heard')

      expect(heard.events).toEqual(events)
      expect(Buffer.concat([...heard.logs.values()]).equals(Buffer.concat(steps))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

/** As the journal does. */
function note(said: { events: number; readonly logs: Map<number, number> }, report: AttemptReport | undefined): void {
  said.events = Math.max(said.events, report?.events.at(-1)?.sequence ?? 0)
  for (const { step, offset, data } of report?.chunks ?? []) {
    said.logs.set(step, Math.max(said.logs.get(step) ?? 0, offset + Buffer.byteLength(data, 'base64')))
  }
}

test('what a former life has said is hashed, and not said again', async () => {
  const former = openUnsaid()
  const events = addStep(former, 0, Buffer.from('hello, world'))
  const unsaid = openUnsaid({ events, said: { events: 1, logs: new Map([[0, 7]]) } })
  unsaid.addLog(0, memoryLog(Buffer.from('hello, world')))
  unsaid.end({ ending: { outcome: 'passed' }, at: 9 })

  const report = await unsaid.next(3)

  expect(report?.events.map(({ sequence }) => sequence)).toEqual([2])
  expect(report?.chunks.map(({ offset, data }) => [offset, atob(data)])).toEqual([[7, 'world']])
  expect(report?.result?.log).toEqual({ bytes: 12, sha256: sha256('hello, world') })
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function addStep(unsaid: Unsaid, index: number, bytes: Buffer): readonly AttemptReportEvent[] {
  unsaid.addLog(index, memoryLog(bytes))
  return [
    unsaid.add({ type: 'step-started', at: 1, step: index }),
    unsaid.add({ type: 'step-ended', at: 2, step: index, ending: { outcome: 'passed' }, exitCode: 0 }),
  ]
}

/** The report, if it was acknowledged. */
async function sendOnce(unsaid: Unsaid, heard: HeardAttempt, happens: string): Promise<AttemptReport | undefined> {
  const report = await unsaid.next(3)
  if (report === undefined || happens === 'lost') return undefined
  if (happens === 'memory lost') forgetHalf(heard)
  try {
    take(heard, report)
  } catch (error) {
    unsaid.goBack(report, error as never) // `take` throws only refusals
    return undefined
  }
  if (happens === 'answer lost') return undefined
  unsaid.said(report)
  return report
}

/** A dispatcher that came back from a backup. */
function forgetHalf(heard: HeardAttempt): void {
  const last = [...heard.logs.keys()].at(-1)
  if (last === undefined || heard.events.length === 0) return
  const bytes = heard.logs.get(last) ?? Buffer.alloc(0)
  heard.logs.set(last, bytes.subarray(0, bytes.length >> 1))
}

test('the end of a step is not said before the whole of its log', async () => {
  const unsaid = openUnsaid()
  addStep(unsaid, 0, Buffer.alloc(600 * 1024))

  const first = await unsaid.next(3)
  if (first !== undefined) unsaid.said(first)
  const second = await unsaid.next(3)

  expect(first?.events.map(({ type }) => type)).toEqual(['step-started'])
  expect(first?.chunks.length).toBe(8)
  expect(second?.events.map(({ type }) => type)).toEqual(['step-ended'])
})

test('a report of the largest size stays below 1 MiB', async () => {
  const unsaid = openUnsaid()
  for (let index = 0; index < 10; index++) addStep(unsaid, index, Buffer.alloc(64 * 1024, 255))

  const report = await unsaid.next(3)

  expect(JSON.stringify(report).length).toBeLessThan(1024 * 1024)
})

test('a dispatcher that keeps saying that the log is incomplete is believed once', async () => {
  const unsaid = openUnsaid()
  addStep(unsaid, 0, Buffer.from('hello'))
  unsaid.end({ ending: { outcome: 'passed' }, at: 9 })
  const refusal = problem('LOG_INCOMPLETE', 'not the log')

  const first = await unsaid.next(3)
  if (first !== undefined) unsaid.said(first)
  const refusals = first && unsaid.goBack(first, refusal)
  const second = await unsaid.next(3)

  expect(refusals).toBe(1)
  expect(second?.chunks).toEqual(first?.chunks)
  expect(() => second && unsaid.goBack(second, refusal)).toThrow('not the log')
})

test('of steps side by side a later one waits with its log, not with its end', async () => {
  const unsaid = openUnsaid()
  const slow = { ...memoryLog(Buffer.from('slow')), lengthBytes: undefined as number | undefined }
  unsaid.add({ type: 'step-started', at: 1, step: 0 })
  unsaid.addLog(0, slow)
  addStep(unsaid, 1, Buffer.from('quick'))

  const first = await unsaid.next(3)
  if (first !== undefined) unsaid.said(first)
  slow.lengthBytes = 4
  unsaid.add({ type: 'step-ended', at: 2, step: 0, ending: { outcome: 'passed' }, exitCode: 0 })
  const second = await unsaid.next(3)

  const said = (report: typeof first) => report?.chunks.map(({ step, data }) => [step, atob(data)])
  expect(first?.events.map(({ type }) => type)).toEqual(['step-started', 'step-started', 'step-ended'])
  expect(said(first)).toEqual([[0, 'slow']])
  expect(said(second)).toEqual([[1, 'quick']])
})
