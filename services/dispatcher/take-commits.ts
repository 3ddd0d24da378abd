import { type Clock, failpoint, type Log } from '@narwhal/host'
import { CommitMessage, commitsTopic } from '@narwhal/protocol'
import type { IncomingMessage, Queue } from '@narwhal/queue'
import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { acceptCommit } from './accept-commit.ts'
import type { Change, Changes } from './changes.ts'

export interface TakeCommitsDeps {
  readonly queue: Queue
  readonly changes: Changes
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const message = Compile(CommitMessage)

/** Takes commits until aborted: a batch becomes builds in one transaction, and is acknowledged only after its commit. */
export async function takeCommits({ queue, changes, log, signal }: TakeCommitsDeps): Promise<void> {
  await queue.take(
    commitsTopic,
    'dispatcher',
    async (batch) => {
      await failpoint('dispatcher.before-take')
      await changes.change(async (change) => {
        for (const incoming of batch) await takeOne(change, incoming, log)
      })
      await failpoint('dispatcher.after-take')
    },
    { signal },
  )
}

async function takeOne(change: Change, incoming: IncomingMessage, log: Log): Promise<void> {
  const commit = readMessage(incoming.body)
  if (commit !== undefined) return void (await acceptCommit(change, commit))
  const { id, body } = incoming
  const because = 'it is no message of the topic commits'
  log.error({ messageId: id }, `a message went to quarantine: ${because}`)
  await change.tables.inflow.quarantine({
    id: id || change.newId(),
    topic: commitsTopic.name,
    body,
    because,
    at: change.now,
  })
}

function readMessage(body: string): Static<typeof CommitMessage> | undefined {
  try {
    const parsed: unknown = JSON.parse(body)
    return message.Check(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
