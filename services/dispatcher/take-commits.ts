import { messageReader } from '@narwhal/host'
import { CommitMessage, commitsTopic } from '@narwhal/protocol'
import { acceptCommit } from './accept-commit.ts'
import type { Change } from './changes.ts'
import { type Taken, takeTopic, type TakeTopicDeps } from './take-topic.ts'

const readCommit = messageReader(commitsTopic, CommitMessage)

/** Takes commits until aborted: a batch becomes builds in one transaction, and is acknowledged only after its commit. */
export function takeCommits(deps: TakeTopicDeps): Promise<void> {
  return takeTopic(commitsTopic, takeCommit, deps)
}

/** Makes the build of one message of the topic `commits`, or finds the one it has. */
export async function takeCommit(change: Change, body: string): Promise<Taken> {
  const read = readCommit(body)
  if ('unreadable' in read) return read
  const build = await acceptCommit(change, read.message)
  return { buildId: build?.id }
}
