import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHttpServer, openMetrics, silentLog, systemClock, virtualClock } from '@narwhal/host'
import { type BuildEventMessage, buildEventsTopic, type ReportMessage, reportsTopic } from '@narwhal/protocol'
import { type OnBatch, openQueue } from '@narwhal/queue'
import { expect, vi } from 'vitest'
import type { Outbox } from '../outbox.ts'
import { openReporterOutbox, startReporter } from '../service.ts'
import { id } from './build-event.ts'

export interface TestReporterOptions {
  /** Where outbox and results are; survives a reporter. */
  readonly directory: string
  /** Absent: no token. */
  readonly apiUrl?: string
  /** Taking an event whose commit has this message meets a bug. */
  readonly poison?: string
}

/** A whole reporter with a queue of its own and a clock that stands still. */
export async function openTestReporter({ directory, apiUrl, poison }: TestReporterOptions) {
  await using undo = new AsyncDisposableStack()
  const clock = virtualClock()
  const log = silentLog()
  const metrics = openMetrics()
  const { outbox, taken } = countTaken(undo.use(await openReporterOutbox(join(directory, 'reporter'))), poison)
  const queue = undo.use(await openQueue('memory:', { clock: systemClock }))
  const server = undo.use(openHttpServer({ host: '127.0.0.1', port: 0, log, metrics }))
  const results = join(directory, 'results')
  const github = apiUrl === undefined ? {} : { github: { token: 'a-token-of-the-forge', apiUrl } }
  const publicUrl = 'https://ci.example.org'
  undo.use(await startReporter({ server, queue, outbox, results, ...github, publicUrl, clock, log, metrics }))
  const url = await server.listen()
  const replies: ReportMessage[] = []
  const takeReplies: OnBatch = async (batch) => {
    for (const { body } of batch) replies.push(JSON.parse(body) as ReportMessage) // as the reporter wrote it
  }
  const dispatcher = new AbortController()
  const taking = queue.take(reportsTopic, 'dispatcher', takeReplies, { signal: dispatcher.signal })
  undo.defer(async () => {
    dispatcher.abort()
    await taking
  })
  const owned = undo.move()
  const signal = new AbortController().signal
  let published = 0

  /** Resolves when the message is in the outbox. */
  async function publish(body: string): Promise<void> {
    await queue.publish(buildEventsTopic, { id: id(), body }, { signal })
    published += 1
    await vi.waitFor(() => expect(taken()).toBe(published), { interval: 5 })
  }

  return {
    clock,
    outbox,
    /** What the dispatcher heard. */
    replies,
    publishText: publish,
    publishTogether: async (...events: readonly BuildEventMessage[]) => {
      const publishing = events.map((event) =>
        queue.publish(buildEventsTopic, { id: id(), body: JSON.stringify(event) }, { signal }),
      )
      await Promise.all(publishing)
    },
    publish: async (...events: readonly BuildEventMessage[]) => {
      for (const event of events) await publish(JSON.stringify(event))
    },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    readiness: async () => (await fetch(`${url}/readyz`)).json(),
    /** Lets hours pass until nothing waits any more. */
    settled: () =>
      vi.waitFor(async () => {
        await clock.advance(60_000)
        expect(await outbox.depth()).toEqual(new Map())
      }, 8_000),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The same outbox, which says how many messages it took. */
function countTaken(outbox: Outbox, poison: string | undefined) {
  let messages = 0
  const take: Outbox['take'] = async (events, unreadable) => {
    const isPoisoned = poison !== undefined && events.some(({ event }) => event.build.commit.message === poison)
    if (isPoisoned) throw new TypeError('a bug')
    await outbox.take(events, unreadable)
    messages += events.length + unreadable.length
  }
  return { outbox: { ...outbox, take }, taken: () => messages }
}

export async function openDirectory() {
  const path = await mkdtemp(join(tmpdir(), 'narwhal-reporter-'))
  return {
    path,
    read: async (file: string): Promise<string> => readFile(join(path, 'results', file), 'utf8'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
