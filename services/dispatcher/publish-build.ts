import { type BuildEventMessage, buildEventsTopic } from '@narwhal/protocol'
import type { BuildRecord } from '@narwhal/store'
import { viewBuild } from './build-view.ts'
import type { Change } from './changes.ts'

/** Saves a build in its new state and puts the event about it into the outbox, in the same transaction. */
export async function publishBuild(
  change: Change,
  build: BuildRecord,
  type: BuildEventMessage['type'],
): Promise<BuildRecord> {
  const sequence = build.sequence + 1
  const saved = await change.tables.builds.save(build, { state: build.state, sequence })
  const id = change.newId()
  const view = await viewBuild(change.tables, saved)
  const message: BuildEventMessage = { version: 1, id, sequence, type, at: change.now, build: view }
  await change.tables.outbox.insert({
    id,
    topic: buildEventsTopic.name,
    body: bodyOf(message),
    buildId: build.id,
    sequence,
  })
  const ended = build.state.state === 'finished' ? { outcome: build.state.ending.outcome } : {}
  change.touch({ kind: 'build', buildId: build.id, ...ended })
  change.touch({ kind: 'outbox' })
  return saved
}

/** What a broker surely takes. */
const largestBody = 4 * 1024 * 1024

/** The message as JSON; one that is too large for a broker says nothing of what the jobs produced. */
function bodyOf(message: BuildEventMessage): string {
  const body = JSON.stringify(message)
  if (body.length <= largestBody) return body
  const jobs = message.build.jobs.map((job) => ({ ...job, produced: undefined }))
  return JSON.stringify({ ...message, build: { ...message.build, jobs } })
}
