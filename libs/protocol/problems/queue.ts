import type { ProblemEntry } from './entry.ts'

/** Codes of queue. */
export const queueProblems = {
  QUEUE_URL_INVALID: {
    status: 500,
    title: 'The address of the queue cannot be used',
    fix: 'Set NARWHAL_QUEUE to amqp://user:password@host:5672 (or amqps://…), to sqlite:PATH/OF/A/FILE, or to memory: (kept until the process ends).',
  },
  QUEUE_UNAVAILABLE: {
    status: 503,
    title: 'The queue cannot take messages now',
    fix: 'Nothing was accepted, so nothing is lost: Narwhal publishes again by itself. If it lasts, look whether the broker runs, is reachable at NARWHAL_QUEUE, and has free disk and memory.',
  },
  QUEUE_UNROUTABLE: {
    status: 503,
    title: 'The broker had no queue for a message',
    fix: 'Somebody removed a queue or a binding of the exchange "narwhal". Narwhal declares both again and publishes again by itself; leave what is named narwhal.* to it.',
  },
  QUEUE_SUBSCRIBER_UNKNOWN: {
    status: 500,
    title: 'Nobody of this name subscribes to the topic',
    fix: 'Add the subscriber to the topic in libs/protocol/topics.ts, so that its queue exists before the first message.',
  },
  QUEUE_FILE_UNUSABLE: {
    status: 500,
    title: 'The file of the queue cannot be opened',
    fix: 'Look whether the folder in NARWHAL_QUEUE can be written, and whether another Narwhal uses the same file: each needs a file of its own.',
  },
} as const satisfies Record<string, ProblemEntry>
