import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import { openBridges } from './bridges.ts'

// Making a bridge costs 70 ms and removing one 180 ms, so neither is on the path of an attempt:
// 1. Up to `madeAhead` networks lie ready.
// 2. A network whose container is removed goes to the next attempt; at most `keptIdle` wait for one.
// 3. No two containers are in one network at a time.
// 4. A runner that has been idle for `idleMs` keeps none.
const madeAhead = 2
const keptIdle = 4
const idleMs = 10_000

/** The bridges of an engine. Disposing removes those that are idle. */
export interface Networks extends AsyncDisposable {
  /**
   * The name of a network with nobody in it.
   *
   * @throws ENGINE_NETWORKS_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  take(runnerId: string): Promise<string>
  /** Its container is removed. Never rejects. */
  giveBack(name: string, runnerId: string): Promise<void>
  /** Lays networks ready in the background. */
  makeAhead(runnerId: string): void
  /** Whether this engine made `name` and has not removed it. */
  holds(name: string): boolean
}

interface Spare {
  readonly name: string
  readonly runnerId: string
}

/** See `Networks`. */
export function openNetworks(docker: Docker, { clock, log }: { clock: Clock; log: Log }): Networks {
  const { make, remove, forget, holds } = openBridges(docker, { clock, log })
  const idle: Spare[] = []
  const inBackground = new Set<Promise<void>>()
  const disposed = new AbortController()
  const signal = disposed.signal

  const giveBack = async (name: string, runnerId: string): Promise<void> => {
    if (signal.aborted || idle.length >= keptIdle) return remove(name)
    const spare = { name, runnerId }
    idle.push(spare)
    const idled = clock.sleep(idleMs, signal).then(() => removeIdle(spare))
    idled.catch(() => undefined) // disposing removes it
  }
  const removeIdle = async (spare: Spare): Promise<void> => {
    const place = idle.indexOf(spare)
    if (place < 0) return
    idle.splice(place, 1)
    keepUntilOver(inBackground, remove(spare.name))
  }
  const makeAhead = (runnerId: string): void => {
    for (let missing = madeAhead - idle.length - inBackground.size; missing > 0 && !signal.aborted; missing--) {
      const made = make(runnerId).then((name) => giveBack(name, runnerId))
      const told = made.catch((error: unknown) => log.warn({ err: error }, 'No network could be made ahead'))
      keepUntilOver(inBackground, told)
    }
  }

  return {
    async take(runnerId) {
      for (let spare = takeFirst(idle, runnerId); spare !== undefined; spare = takeFirst(idle, runnerId)) {
        if (await isThere(docker, spare)) return spare
        forget(spare) // `docker network prune` takes what nobody uses
      }
      return make(runnerId)
    },
    giveBack,
    makeAhead,
    holds,
    async [Symbol.asyncDispose]() {
      disposed.abort()
      await Promise.all(inBackground)
      await Promise.all(idle.splice(0).map(({ name }) => remove(name)))
    },
  }
}

function keepUntilOver(works: Set<Promise<void>>, work: Promise<void>): void {
  const kept = work.finally(() => works.delete(kept))
  works.add(kept)
}

function takeFirst(idle: Spare[], runnerId: string): string | undefined {
  const index = idle.findIndex((network) => network.runnerId === runnerId)
  return index < 0 ? undefined : idle.splice(index, 1)[0]?.name
}

async function isThere(docker: Docker, name: string): Promise<boolean> {
  return docker
    .getNetwork(name)
    .inspect()
    .then(
      () => true,
      () => false,
    )
}
