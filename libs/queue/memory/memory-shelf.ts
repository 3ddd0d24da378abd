import type { Shelf, ShelvedMessage } from '../local/shelf.ts'

/** A shelf that is forgotten with the process. */
export function memoryShelf(): Shelf {
  const queues = new Map<string, Map<number, ShelvedMessage>>()
  let last = 0

  function messagesOf(queue: string): Map<number, ShelvedMessage> {
    const messages = queues.get(queue) ?? new Map<number, ShelvedMessage>()
    queues.set(queue, messages)
    return messages
  }

  return {
    async add(entries) {
      for (const { queue, id, body } of entries) {
        last += 1
        messagesOf(queue).set(last, { position: last, id, body, redelivered: false })
      }
    },
    list: (queue, after, limit) =>
      messagesOf(queue)
        .values()
        .filter(({ position }) => position > after) // passes over what is in flight only: the rest was removed
        .take(limit)
        .toArray(),
    async remove(positions) {
      for (const messages of queues.values()) for (const position of positions) messages.delete(position)
    },
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      queues.clear()
    },
  }
}
