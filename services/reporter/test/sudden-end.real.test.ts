import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@narwhal/host'
import { type BuildEventMessage, buildEventsTopic, type ReportMessage, reportsTopic } from '@narwhal/protocol'
import { type OnBatch, openQueue } from '@narwhal/queue'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openReporterOutbox } from '../service.ts'
import { eventsOf } from './build-event.ts'
import { openForgeStandIn } from './open-forge-stand-in.ts'
import { openDirectory } from './open-test-reporter.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const patience = { timeout: 50_000, interval: 20 } // a process starts slowly on a busy machine

/** A real reporter in a process of its own, on a queue in a file that nobody else has open meanwhile. */
function startReporterProcess(directory: string, apiUrl: string) {
  const child: ChildProcess = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      NARWHAL_PORT: '0',
      NARWHAL_DATA: join(directory, 'reporter'),
      NARWHAL_RESULTS: join(directory, 'results'),
      NARWHAL_QUEUE: `sqlite:${join(directory, 'queue.sqlite')}`,
      NARWHAL_GITHUB_TOKEN: 'a-token-of-the-forge',
      NARWHAL_GITHUB_API_URL: apiUrl,
    },
    stdio: 'ignore',
  })
  const exit = once(child, 'close')
  onTestFinished(() => void child.kill('SIGKILL'))
  return async (how: 'SIGKILL' | 'SIGTERM') => {
    child.kill(how)
    await exit
  }
}

/** Publishes events while no reporter is there. */
async function publish(directory: string, ...events: readonly BuildEventMessage[]): Promise<void> {
  await using queue = await openQueue(`sqlite:${join(directory, 'queue.sqlite')}`, { clock: systemClock })
  const signal = AbortSignal.timeout(5_000)
  for (const event of events)
    await queue.publish(buildEventsTopic, { id: event.id, body: JSON.stringify(event) }, { signal })
}

/** What a dispatcher hears of commit statuses, or will once the reporter is there again. */
async function takeReplies(directory: string): Promise<readonly ReportMessage[]> {
  await using outbox = await openReporterOutbox(join(directory, 'reporter'))
  await using queue = await openQueue(`sqlite:${join(directory, 'queue.sqlite')}`, { clock: systemClock })
  const heard = (await outbox.replies(100)).map(messageOf)
  const over = new AbortController()
  const take: OnBatch = async (batch) => void heard.push(...batch.map(messageOf))
  const taking = queue.take(reportsTopic, 'dispatcher', take, { signal: over.signal })
  await vi.waitFor(() => expect(heard.map(targetOf)).toContain('github-status'), patience)
  over.abort()
  await taking
  return heard
}

function messageOf({ body }: { readonly body: string }): ReportMessage {
  return JSON.parse(body) as ReportMessage // as the reporter wrote it
}

function targetOf(reply: ReportMessage): string | undefined {
  return reply.type === 'report' ? reply.report.target : undefined
}

test.each(['pending', 'success'])(
  'killed between the post of %s and writing it down, the end is the last word, and the dispatcher hears of it',
  async (state) => {
    await using directory = await openDirectory()
    await using forge = await openForgeStandIn()
    const { queued, started, finished } = eventsOf()
    await publish(directory.path, state === 'pending' ? queued : finished)
    forge.hold()
    const end = startReporterProcess(directory.path, forge.apiUrl)
    await vi.waitFor(() => expect(forge.shown()).toEqual([state]), patience)
    await end('SIGKILL')
    forge.release()

    await publish(directory.path, queued, finished, started, queued)
    const stop = startReporterProcess(directory.path, forge.apiUrl)
    await vi.waitFor(() => expect(forge.shown().slice(1)).toContain('success'), patience)
    await vi.waitFor(() => expect(forge.listed).toContain('success'), patience)
    await stop('SIGTERM')

    const shown = forge.shown()
    expect(shown.slice(shown.indexOf('success'))).not.toContain('pending')
    const replies = await takeReplies(directory.path)
    expect(replies).toContainEqual(
      expect.objectContaining({
        type: 'report',
        buildId: finished.build.id,
        sequence: 3,
        report: { target: 'github-status', state: 'delivered', at: expect.any(Number) as unknown },
      }),
    )
  },
  180_000,
)
