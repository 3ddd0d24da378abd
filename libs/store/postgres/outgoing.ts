import type { Link } from './open-link.ts'

// Messages go out when their transaction is committed, not within it: PostgreSQL commits transactions that notify one after
// the other, each with its own sync of the disk. What a process that ends in between has not told is found by whoever looks.

/** Messages on their way to other processes: one notification at a time, with all that came meanwhile, each once. */
export interface Outgoing {
  add(messages: readonly string[]): void
  /** From now on by this link. What is lost without one, the others are told in general. */
  sendBy(link: Link | undefined): void
}

/** Of one notification; PostgreSQL lets less than 8,000 through. */
const largestBytes = 7_500

/** Says that messages were lost. */
const lookYourself = '[]'

export function openOutgoing(): Outgoing {
  const waiting = new Set<string>()
  let sender: Link | undefined
  let isSending = false
  let hasLost = false

  const sendAll = async (link: Link) => {
    if (hasLost) await link.notify(lookYourself)
    hasLost = false
    while (waiting.size > 0) await link.notify(takeText(waiting))
  }
  const send = () => {
    const link = sender
    if (link === undefined || isSending) return
    isSending = true
    sendAll(link)
      .catch(() => {
        hasLost = true
        waiting.clear()
      })
      .finally(() => {
        isSending = false
        if (sender !== link || waiting.size > 0) send()
      })
  }
  return {
    add(messages) {
      if (sender === undefined) hasLost = true
      else for (const message of messages) waiting.add(message)
      send()
    },
    sendBy(link) {
      sender = link
      send()
    },
  }
}

/** As many as fit into one notification; they are taken out. */
function takeText(waiting: Set<string>): string {
  const taken: string[] = []
  let bytes = 2
  for (const message of waiting) {
    bytes += Buffer.byteLength(JSON.stringify(message)) + 1
    if (bytes > largestBytes && taken.length > 0) break
    taken.push(message)
    waiting.delete(message)
  }
  return JSON.stringify(taken)
}

/** What a notification says; `undefined` when messages were lost, or it cannot be read. */
export function messagesOf(text: string): readonly string[] | undefined {
  try {
    const messages: unknown = JSON.parse(text)
    return Array.isArray(messages) && messages.length > 0 ? messages.map(String) : undefined
  } catch {
    return undefined
  }
}
