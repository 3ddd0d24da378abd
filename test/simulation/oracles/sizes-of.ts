import type { Facts } from './oracle.ts'

/** How much there is of everything that could grow for ever, but what is kept on purpose: builds, logs, keys of deliveries. */
export function sizesOf({ world, around, ledger, machines, disks, shelves }: Facts): Readonly<Record<string, number>> {
  const { broker, engine } = around
  const rows = (kind: string, table: string) =>
    [...disks].reduce((sum, [name, disk]) => sum + (name.startsWith(kind) ? disk.count(table) : 0), 0)
  const attempts = [...ledger.attempts.values()]
  return {
    'messages in inboxes': rows('agent', 'messages'),
    'messages in the broker': broker.depth,
    'messages in outboxes of dispatchers': ledger.outbox.size,
    'reports to tell': rows('reporter', 'reports'),
    'replies to dispatchers': rows('reporter', 'replies'),
    'attempts held': attempts.filter(({ state }) => state.state === 'leased' || state.state === 'running').length,
    'logs not sealed': attempts.filter(isUnsealed).length,
    'journals of runners': [...shelves.values()].reduce((sum, shelf) => sum + shelf.size, 0),
    containers: engine.containers.filter(({ diedMs }) => diedMs === undefined).length,
    timers: world.timeline.size,
    machines: machines.size,
  }
}

/** A log that is not in its blob yet. */
function isUnsealed({
  state,
  logEnd,
  logBlob,
}: {
  state: { state: string }
  logEnd: { bytes: number }
  logBlob?: string
}): boolean {
  const isOver = state.state === 'finished' || state.state === 'lost'
  return isOver && logEnd.bytes > 0 && logBlob === undefined
}
