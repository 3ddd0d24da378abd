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
    body: JSON.stringify(message),
    buildId: build.id,
    sequence,
  })
  const ended = build.state.state === 'finished' ? { outcome: build.state.ending.outcome } : {}
  change.touch({ kind: 'build', buildId: build.id, ...ended })
  change.touch({ kind: 'outbox' })
  return saved
}
