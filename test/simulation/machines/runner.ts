import { randomUUID } from 'node:crypto'
import type { Offer } from '@narwhal/protocol'
import {
  type AttemptRunner,
  type AttemptStop,
  drain,
  hasBegun,
  openRunnerMetrics,
  openSlots,
  resumeAttempt,
  runAttempt,
  serveOffers,
  startRegistered,
  takeBack,
} from '@narwhal/runner/parts'
import type { Life } from '../core/life.ts'
import type { DrawnRunner } from '../drawing/drawn.ts'
import { type JournalShelf, simulatedJournals } from '../world/journals.ts'
import { simulatedWork } from '../world/simulated-work.ts'
import type { Around } from './around.ts'
import { dispatchersName } from './dispatcher.ts'
import { portsOf } from './ports-of.ts'

/** What a runner has on its disk. */
export interface RunnerDisk {
  readonly runnerId: string
  readonly shelf: JournalShelf
}

/** Boots a runner in the order of its service: what a former life held, leftovers, routes, registration. */
export function bootRunner(around: Around, drawn: DrawnRunner, disk: RunnerDisk) {
  return async (life: Life): Promise<AsyncDisposable> => {
    const { world, network, engine, runnerToken, commitOf } = around
    const { routes, server, client, clock, log, metrics } = portsOf(around, life)
    const ports = { client, clock, log, dispatcherUrl: `http://${dispatchersName}` }
    const slots = openSlots(drawn.slots)
    const running = new Set<Promise<void>>()
    const journals = simulatedJournals({ world, life, engine, shelf: disk.shelf })
    const takenBack = await takeBack({ journals, slots, adopts: true, log })
    const begun = new Set(
      takenBack.filter(({ former }) => hasBegun(former)).map(({ former }) => former.offer.attemptId),
    )
    const cleared = removeLeftovers(around, life, begun)

    const keepRunning = (attempt: Promise<void>) => {
      const kept = attempt.finally(() => running.delete(kept))
      running.add(kept)
    }
    const runner: AttemptRunner = {
      ...ports,
      slots,
      metrics: openRunnerMetrics(metrics, slots),
      journals,
      work: (attempt) => simulatedWork(attempt, { world, life, engine, commitOf, cleared }),
      start: (offer, stop) => start(offer, stop),
      onLeftover: () => void removeLeftovers(around, life, slots.held()),
    }
    const start = (offer: Offer, stop: AttemptStop) => keepRunning(runAttempt(offer, stop, runner))
    for (const { former, stop } of takenBack) keepRunning(resumeAttempt(former, stop, runner))
    serveOffers(server, { runnerToken, slots, start })
    network.listen(life, routes)
    const lifeId = randomUUID()
    const registration = () => ({
      ...{ id: disk.runnerId, name: drawn.name, url: `http://${drawn.name}`, slots: slots.capacity },
      ...{ labels: [...drawn.labels], life: lifeId, attempts: [...slots.held()] },
    })
    const registered = startRegistered({ ...ports, runnerToken, registration, since: cleared })
    return {
      async [Symbol.asyncDispose]() {
        await drain({ slots, running, clock, log })
        await registered[Symbol.asyncDispose]()
      },
    }
  }
}

/** Containers of attempts that nobody goes on with. */
async function removeLeftovers({ engine, world }: Around, life: Life, kept: ReadonlySet<string>): Promise<void> {
  for (const container of engine.alive(life.machine.name)) {
    if (kept.has(container.attemptId)) continue
    await life.answer(world.chance.between('leftovers', 1, 30), () => engine.remove(container))
  }
}
