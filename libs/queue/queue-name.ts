import { problem, type Topic } from '@narwhal/protocol'

/**
 * The name of the queue that keeps the messages of `topic` for `subscriber`, for example `commits.dispatcher`.
 *
 * @throws QUEUE_SUBSCRIBER_UNKNOWN when `topic` does not name `subscriber`.
 */
export function queueName(topic: Topic, subscriber: string): string {
  if (topic.subscribers.includes(subscriber)) return `${topic.name}.${subscriber}`
  throw problem('QUEUE_SUBSCRIBER_UNKNOWN', `The topic "${topic.name}" has no subscriber "${subscriber}".`)
}
