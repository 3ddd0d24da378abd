import {
  buildEventsTopic,
  commitsTopic,
  problem,
  reportsTopic,
  type requeueMessage,
  type RouteReply,
} from '@narwhal/protocol'
import { isStoreFault, type QuarantinedMessage } from '@narwhal/store'
import type { Change, Changes } from './changes.ts'
import { takeCommit } from './take-commits.ts'
import { takeReport } from './take-reports.ts'
import { becauseOf, type TakeOne } from './take-topic.ts'

const takers: Readonly<Record<string, TakeOne>> = { [commitsTopic.name]: takeCommit, [reportsTopic.name]: takeReport }

type Requeued = RouteReply<typeof requeueMessage>

/**
 * Takes a message out of quarantine exactly as it would be taken from its topic; one of another service is published to it
 * again. What still cannot be taken stays, with the new reason.
 *
 * @throws {ProblemError} QUARANTINE_NOT_FOUND
 */
export async function requeue(changes: Changes, id: string): Promise<Requeued> {
  const message = await changes.change(({ tables }) => tables.quarantine.find(id))
  if (message === undefined) throw problem('QUARANTINE_NOT_FOUND', `there is no message ${id} in quarantine`)
  try {
    return await changes.change((change) => takeAgain(change, message))
  } catch (error) {
    if (isStoreFault(error)) throw error
    return changes.change((change) => keep(change, message, becauseOf(error)))
  }
}

async function takeAgain(change: Change, message: QuarantinedMessage): Promise<Requeued> {
  const take = takers[message.topic]
  if (take === undefined) return publish(change, message)
  const taken = await take(change, message.body)
  if ('unreadable' in taken) return keep(change, message, taken.unreadable)
  await change.tables.quarantine.settle(message.id, change.now)
  return { state: 'taken', ...(taken.buildId === undefined ? {} : { buildId: taken.buildId }) }
}

async function publish(change: Change, message: QuarantinedMessage): Promise<Requeued> {
  const { id, topic, messageId, body } = message
  if (topic !== buildEventsTopic.name) return keep(change, message, `nobody takes the topic ${topic}`)
  await change.tables.outbox.insert({ id: messageId, topic, body, buildId: change.newId(), sequence: 0 })
  await change.tables.quarantine.settle(id, change.now)
  change.touch({ kind: 'outbox' })
  return { state: 'published' }
}

async function keep(change: Change, message: QuarantinedMessage, because: string): Promise<Requeued> {
  await change.tables.quarantine.put({ ...message, because, at: change.now })
  return { state: 'kept', because }
}
