import { randomUUID } from 'node:crypto'
import {
  type AttemptRunner,
  type AttemptStop,
  drain,
  openRunnerMetrics,
  openSlots,
  runAttempt,
  serveOffers,
  startRegistered,
} from '@narwhal/runner/parts'
import type { Offer } from '@narwhal/protocol'
import type { Life } from '../core/life.ts'
import type { DrawnRunner } from '../drawing/drawn.ts'
import { openJournals } from '../world/journals.ts'
import { simulatedWork } from '../world/simulated-work.ts'
import type { Around } from './around.ts'
import { dispatchersName } from './dispatcher.ts'
import { portsOf } from './ports-of.ts'

/** What a runner has on its disk. */
export interface RunnerDisk {
  readonly runnerId: string
  readonly journals: Map<string, object>
}

/** Boots a runner in the order of its service: leftovers away, routes, registration, and then whatever is offered. */
export function bootRunner(around: Around, drawn: DrawnRunner, disk: RunnerDisk) {
  return async (life: Life): Promise<AsyncDisposable> => {
    const { world, network, engine, runnerToken, commitOf } = around
    const { routes, server, client, clock, log, metrics } = portsOf(around, life)
    const slots = openSlots(drawn.slots)
    const running = new Set<Promise<void>>()
    const dispatcherUrl = `http://${dispatchersName}`
    const ports = { client, clock, log, dispatcherUrl }

    const start = (offer: Offer, stop: AttemptStop) => {
      const attempt = runAttempt(offer, stop, runner).finally(() => running.delete(attempt))
      running.add(attempt)
    }
    const runner: AttemptRunner = {
      ...ports,
      slots,
      metrics: openRunnerMetrics(metrics, slots),
      journals: openJournals(world, disk.journals).of(life),
      work: (attempt) => simulatedWork(attempt, { world, life, engine, commitOf }),
      start,
      onLeftover: () => undefined,
    }
    serveOffers(server, { runnerToken, slots, start })
    network.listen(life, routes)
    const registration = () => ({
      ...{ id: disk.runnerId, name: drawn.name, url: `http://${drawn.name}`, slots: slots.capacity },
      ...{ labels: [...drawn.labels], life: lifeId, attempts: [...slots.held()] },
    })
    const lifeId = randomUUID()
    const registered = startRegistered({ ...ports, runnerToken, registration, since: removeLeftovers(around, life) })
    return {
      async [Symbol.asyncDispose]() {
        await drain({ slots, running, clock, log })
        await registered[Symbol.asyncDispose]()
      },
    }
  }
}

/** Containers of a former life. */
async function removeLeftovers({ engine, world }: Around, life: Life): Promise<void> {
  for (const container of engine.alive(life.machine.name)) {
    await life.answer(world.chance.between('leftovers', 1, 30), () => engine.remove(container))
  }
}
