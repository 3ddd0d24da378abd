import type { OpenOracle } from './oracle.ts'

/** I4 and I5: what the broker forgot had been committed before by whoever acknowledged it; what an agent let go was in a queue. */
export const acknowledgedIsKept: OpenOracle = ({ world, around, ledger, disks }) => {
  around.broker.onForgotten = (queue, { id, body }) => {
    if (queue === 'commits/dispatcher') {
      const isKept = ledger.messages.has(id) || ledger.quarantined.has(id)
      if (!isKept) world.violated('I5', `message ${id} of ${queue} was acknowledged, and nothing of it is committed`)
      return
    }
    if (queue !== 'build-events/reporter') return
    const { build, sequence } = JSON.parse(body) as { build: { id: string }; sequence: number } // a build event
    const isKept = [...disks.values()].some((disk) => disk.progressOf(build.id) >= sequence || disk.hasEnded(build.id))
    if (!isKept)
      world.violated('I5', `event ${sequence} of ${ledger.nameOf(build.id)} was acknowledged, and no outbox has it`)
  }
  return {
    onQuiet() {
      for (const { status, messageId, commit } of around.forge.deliveries) {
        if (status !== 202 || messageId === undefined || around.broker.seen.has(messageId)) continue
        world.violated('I4', `the message of ${commit.name} left the inbox and was never in a queue`)
      }
    },
  }
}
