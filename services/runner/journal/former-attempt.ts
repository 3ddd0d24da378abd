import type { AttemptReportEvent, Offer } from '@narwhal/protocol'
import type { StepTry } from '../steps/step-retry.ts'
import type { End } from '../attempt-end.ts'
import type { KeptJournal } from './journal.ts'
import {
  type JournalRecord,
  journalVersion,
  type PreparedRecord,
  type StepBegunRecord,
  type StepLeftRecord,
  type StepTryRecord,
} from './journal-record.ts'

/** How far an attempt had come when the runner was killed that held it. */
export interface FormerAttempt {
  readonly offer: Offer
  readonly renewedAt: number | undefined
  readonly events: readonly AttemptReportEvent[]
  /** What the dispatcher is known to have. */
  readonly said: Said
  readonly containers: readonly FormerContainer[]
  readonly prepared: PreparedRecord | undefined
  /** Those that were told to have started, by their index. */
  readonly steps: ReadonlyMap<number, FormerStep>
  readonly end: End | undefined
}

/** How many events, and how many bytes of the log of each step. */
export interface Said {
  readonly events: number
  readonly logs: ReadonlyMap<number, number>
}

/** The last container of a place. */
export interface FormerContainer {
  readonly place: string
  readonly spool: number
  readonly id: string
  readonly isLost: boolean
}

export interface FormerStep {
  /** Absent when it ended before it could begin. */
  readonly begun: StepBegunRecord | undefined
  /** The last time that its commands were about to start. */
  readonly lastTry: StepTryRecord | undefined
  /** How that ended. */
  readonly tried: StepTry | undefined
  readonly left: StepLeftRecord | undefined
  readonly ended: EndedEvent | undefined
}

type EndedEvent = Extract<AttemptReportEvent, { type: 'step-ended' }>

/** Whether something of the attempt may be running, or has run, that cannot be begun again. */
export function hasBegun({ events, end }: FormerAttempt): boolean {
  return end === undefined && events.some(({ type }) => type !== 'started')
}

/** What a journal says; `undefined` when it makes no sense. */
export function readFormer({ records, renewedAt }: KeptJournal): FormerAttempt | undefined {
  const [first] = records
  if (first?.type !== 'offered' || first.version !== journalVersion) return undefined
  const events = all(records, 'event').map(({ event }) => event)
  const last = records.slice(1 + records.findLastIndex(({ type }) => type === 'begun-again'))
  return {
    offer: first.offer,
    renewedAt,
    events,
    said: saidOf(records),
    containers: containersOf(last),
    prepared: all(last, 'prepared').at(-1),
    steps: stepsOf(last, events),
    end: all(last, 'ended').at(-1)?.end,
  }
}

function all<T extends JournalRecord['type']>(records: readonly JournalRecord[], type: T) {
  return records.filter((record): record is Extract<JournalRecord, { type: T }> => record.type === type)
}

function saidOf(records: readonly JournalRecord[]): Said {
  const logs = new Map<number, number>()
  let events = 0
  for (const said of all(records, 'said')) {
    events = Math.max(events, said.events)
    for (const [step, bytes] of said.logs) logs.set(step, Math.max(bytes, logs.get(step) ?? 0))
  }
  return { events, logs }
}

function containersOf(records: readonly JournalRecord[]): readonly FormerContainer[] {
  const lost = new Set(all(records, 'container-lost').map(({ id }) => id))
  const byPlace = new Map(all(records, 'container-started').map((started) => [started.place, started]))
  return [...byPlace.values()].map(({ place, spool, id }) => ({ place, spool, id, isLost: lost.has(id) }))
}

function stepsOf(
  records: readonly JournalRecord[],
  events: readonly AttemptReportEvent[],
): ReadonlyMap<number, FormerStep> {
  const started = events.flatMap((event) => (event.type === 'step-started' ? [event.step] : []))
  return new Map(started.map((step) => [step, stepOf(step, records, events)]))
}

function stepOf(index: number, records: readonly JournalRecord[], events: readonly AttemptReportEvent[]): FormerStep {
  const ofStep = records.filter((record) => 'step' in record && record.step === index)
  const lastTry = all(ofStep, 'step-try').at(-1)
  const tried = all(ofStep, 'step-tried').at(-1)
  const isEnd = (event: AttemptReportEvent): event is EndedEvent => event.type === 'step-ended' && event.step === index
  return {
    begun: all(ofStep, 'step-begun').at(-1),
    lastTry,
    tried: tried === undefined || (lastTry !== undefined && lastTry.retries > tried.retries) ? undefined : tried.end,
    left: all(ofStep, 'step-left').at(-1),
    ended: events.find(isEnd),
  }
}
