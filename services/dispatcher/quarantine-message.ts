import { forQuarantine, type Log } from '@narwhal/host'
import type { Topic } from '@narwhal/protocol'
import type { IncomingMessage } from '@narwhal/queue'
import type { Change } from './changes.ts'

export interface QuarantineOptions {
  readonly topic: Topic
  readonly because: string
  readonly log: Log
}

/** Puts aside a message that cannot be taken, for people to look at. */
export async function quarantineMessage(
  change: Change,
  { id: messageId, body }: IncomingMessage,
  { topic, because, log }: QuarantineOptions,
): Promise<void> {
  log.error({ messageId, topic: topic.name }, `a message went to quarantine: ${because}`)
  const kept = forQuarantine({ messageId, body, because })
  await change.tables.quarantine.put({ id: change.newId(), topic: topic.name, ...kept, at: change.now })
}
