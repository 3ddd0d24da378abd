import type { OpenOracle } from './oracle.ts'

/** Events that a machine at rest has planned: its loops and the ends of sleeps that nobody waits for any more. */
const restingPerMachine = 40

/** I20: when it is quiet, everything that grew is back where it began. */
export const nothingIsLeft: OpenOracle = ({ world, around, ledger, machines, disks }) => ({
  onQuiet() {
    const { broker, engine } = around
    const sumOf = (kind: string, table: string) =>
      [...disks].reduce((sum, [name, disk]) => sum + (name.startsWith(kind) ? disk.count(table) : 0), 0)
    const left: Readonly<Record<string, number>> = {
      'messages in the broker': broker.depth,
      'messages in outboxes of dispatchers': ledger.outbox.size,
      'messages in inboxes': sumOf('agent', 'messages'),
      'reports in outboxes of reporters': sumOf('reporter', 'reports'),
      containers: engine.containers.filter(({ diedMs }) => diedMs === undefined).length,
    }
    for (const [what, count] of Object.entries(left)) if (count > 0) world.violated('I20', `${count} ${what} are left`)
    const planned = world.timeline.size
    if (planned > machines.size * restingPerMachine) world.violated('I20', `${planned} timers are left`)
  },
})
