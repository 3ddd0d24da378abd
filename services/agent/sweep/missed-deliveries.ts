import type { LoggedDelivery } from './delivery-log.ts'

/**
 * Deliveries that nobody has answered with 2xx, however often the forge tried; one try of each, the oldest delivery first.
 * Only pushes: nothing else starts a build.
 */
export function missedDeliveries(logged: readonly LoggedDelivery[]): readonly LoggedDelivery[] {
  const answered = new Set(logged.filter(({ statusCode }) => isTaken(statusCode)).map(({ guid }) => guid))
  const missed = new Map<string, LoggedDelivery>()
  for (const delivery of logged.toSorted((a, b) => a.deliveredAt - b.deliveredAt)) {
    const isOpen = delivery.event === 'push' && !answered.has(delivery.guid)
    if (isOpen && !missed.has(delivery.guid)) missed.set(delivery.guid, delivery)
  }
  return [...missed.values()]
}

function isTaken(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300
}
