import type { Clock, Log } from '@narwhal/host'
import type Docker from 'dockerode'
import { type BridgeKind, type Bridges, openBridges } from './bridges.ts'

// Making a bridge costs 70 ms and removing one 180 ms, so neither is on the path of an attempt:
// 1. Up to `madeAhead` networks lie ready.
// 2. A network whose attempt is over goes to the next one; at most `keptIdle` wait for one.
// 3. No two attempts are in one network at a time: only an empty one is handed on.
// 4. A runner that has been idle for `idleMs` keeps none.
const madeAhead = 2
const keptIdle = 4
const idleMs = 30_000

/** The bridges of an engine. Disposing removes those that are idle. */
export interface Networks extends AsyncDisposable {
  /**
   * A network with nobody in it.
   *
   * @throws ENGINE_NETWORKS_FULL, ENGINE_REFUSED, ENGINE_GONE.
   */
  take(runnerId: string, kind: BridgeKind): Promise<Bridge>
  /** One that a former life of the runner took; `undefined` when it is gone. */
  adopt(runnerId: string, name: string): Promise<Bridge | undefined>
  /** Its containers are removed. Never rejects. */
  giveBack(bridge: Bridge): Promise<void>
  /** Somebody may still be in it. Never rejects. */
  remove(bridge: Bridge): Promise<void>
  /** Lays networks ready in the background. */
  makeAhead(runnerId: string): void
  /** Whether this engine made `name` and has not removed it. */
  holds(name: string): boolean
}

export interface Bridge {
  readonly name: string
  readonly runnerId: string
  readonly kind: BridgeKind
}

/** See `Networks`. */
export function openNetworks(docker: Docker, { clock, log }: { clock: Clock; log: Log }): Networks {
  const bridges = openBridges(docker, { clock, log })
  const { make, remove, forget, holds } = bridges
  const idle: Bridge[] = []
  const inBackground = new Set<Promise<void>>()
  const disposed = new AbortController()
  const signal = disposed.signal

  const giveBack = async (bridge: Bridge): Promise<void> => {
    if (signal.aborted || idle.length >= keptIdle) return remove(bridge.name)
    idle.push(bridge)
    const idled = clock.sleep(idleMs, signal).then(() => removeIdle(bridge))
    idled.catch(() => undefined) // disposing removes it
  }
  const removeIdle = async (bridge: Bridge): Promise<void> => {
    const place = idle.indexOf(bridge)
    if (place < 0) return
    idle.splice(place, 1)
    keepUntilOver(inBackground, remove(bridge.name))
  }
  const makeAhead = (runnerId: string): void => {
    const ready = idle.filter(({ kind }) => kind === 'outbound').length
    for (let missing = madeAhead - ready - inBackground.size; missing > 0 && !signal.aborted; missing--) {
      const made = make(runnerId, 'outbound').then((name) => giveBack({ name, runnerId, kind: 'outbound' }))
      const told = made.catch((error: unknown) => log.warn({ err: error }, 'No network could be made ahead'))
      keepUntilOver(inBackground, told)
    }
  }
  const takeIdle = async (runnerId: string, kind: BridgeKind): Promise<Bridge | undefined> => {
    for (let bridge = takeFirst(idle, runnerId, kind); bridge; bridge = takeFirst(idle, runnerId, kind)) {
      const found = await stateOf(docker, bridge.name)
      if (found === 'empty') return bridge
      if (found === 'gone')
        forget(bridge.name) // `docker network prune` takes what nobody uses
      else keepUntilOver(inBackground, remove(bridge.name))
    }
    return undefined
  }

  return {
    async take(runnerId, kind) {
      return (await takeIdle(runnerId, kind)) ?? { name: await make(runnerId, kind), runnerId, kind }
    },
    adopt: (runnerId, name) => adoptBridge({ runnerId, name, docker, bridges }),
    giveBack,
    remove: ({ name }) => remove(name),
    makeAhead,
    holds,
    async [Symbol.asyncDispose]() {
      disposed.abort()
      await Promise.all(inBackground)
      await Promise.all(idle.splice(0).map(({ name }) => remove(name)))
    },
  }
}

interface Adopted extends Pick<Bridge, 'runnerId' | 'name'> {
  readonly docker: Docker
  readonly bridges: Bridges
}

async function adoptBridge({ runnerId, name, docker, bridges }: Adopted): Promise<Bridge | undefined> {
  bridges.adopt(name) // before it is looked at: who removes leftovers may be looking, too
  try {
    const { Internal } = await docker.getNetwork(name).inspect()
    return { name, runnerId, kind: Internal ? 'internal' : 'outbound' }
  } catch {
    bridges.forget(name)
    return undefined
  }
}

function keepUntilOver(works: Set<Promise<void>>, work: Promise<void>): void {
  const kept = work.finally(() => works.delete(kept))
  works.add(kept)
}

function takeFirst(idle: Bridge[], runnerId: string, kind: BridgeKind): Bridge | undefined {
  const index = idle.findIndex((bridge) => bridge.runnerId === runnerId && bridge.kind === kind)
  return index < 0 ? undefined : idle.splice(index, 1)[0]
}

async function stateOf(docker: Docker, name: string): Promise<'empty' | 'used' | 'gone'> {
  try {
    const { Containers = {} } = await docker.getNetwork(name).inspect()
    return Object.keys(Containers).length === 0 ? 'empty' : 'used'
  } catch {
    return 'gone'
  }
}
