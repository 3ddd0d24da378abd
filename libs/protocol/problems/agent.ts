import type { ProblemEntry } from './entry.ts'

/** Codes of the agent. */
export const agentProblems = {
  WEBHOOK_MALFORMED: {
    status: 400,
    title: 'The delivery is signed, but it is none that a forge sends',
    fix: 'Let the webhook of the forge send it, with the content type application/json; compare it with the delivery that the forge shows.',
  },
  WEBHOOKS_BUSY: {
    status: 503,
    title: 'Too many large deliveries arrive at the same time',
    fix: 'Send it again after a moment; a forge has a button to redeliver.',
  },
  INBOX_FULL: {
    status: 503,
    title: 'The inbox of the agent is full',
    fix: 'Start the queue again, so that the inbox empties, or raise NARWHAL_INBOX_BYTES; then redeliver.',
  },
  INBOX_UNAVAILABLE: {
    status: 503,
    title: 'The inbox of the agent cannot be written',
    fix: 'Free disk space or repair the data directory (NARWHAL_DATA) of the agent; it goes on by itself. Then redeliver.',
  },
} as const satisfies Record<string, ProblemEntry>
