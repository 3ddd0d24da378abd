import { problem } from '@narwhal/protocol'
import type { Store, StoreTables } from '@narwhal/store'
import { type Life, never } from '../../core/life.ts'
import type { World } from '../../core/world.ts'
import { openPeersHub } from './peers.ts'
import { observedTables, type StoreChange } from './store-changes.ts'

// What may happen to a transaction: its dispatcher dies before or after the commit, it is not committed, it is committed and
// nobody is told, it is run again after a conflict, runners are claimed by another dispatcher, the store is down or its disk full.

/** Hears of every commit, in order. */
export type OnCommit = (changes: readonly StoreChange[], by: string) => void

export interface StorePort {
  /** The store as one life of a dispatcher reaches it. */
  portOf(life: Life): Store
  outage(ms: number): void
  fill(ms: number): void
}

export function openStorePort(world: World, store: Store, onCommit: OnCommit): StorePort {
  const { timeline, chance, decisions, trace } = world
  const peers = openPeersHub(world)
  let downUntil = 0
  let fullUntil = 0
  const isUntil = (until: number) => until > timeline.nowMs && !decisions.isCalm
  const latency = () => 0.05 + chance.draw('store')

  async function transaction<T>(life: Life, work: (tables: StoreTables) => Promise<T>): Promise<T> {
    if (!life.passes()) return never
    const who = life.machine.name
    await life.answer(latency(), () => undefined)
    if (isUntil(downUntil)) throw problem('STORE_UNAVAILABLE', 'nobody answers')
    const changes: StoreChange[] = []
    let again = decisions.happens('store-again', who)
    const value = await store.transaction(async (tables) => {
      if (life.isOver) throw problem('STORE_UNAVAILABLE', 'its dispatcher is dead')
      changes.length = 0
      const made = await work(observedTables(contended(tables, world, who), changes))
      if (again && changes.length > 0) {
        again = false
        throw problem('STORE_CONFLICT', 'somebody else was quicker')
      }
      if (changes.length > 0) checkDisk(who)
      return made
    })
    if (changes.length > 0) onCommit(changes, who)
    if (!life.passes()) return never
    return life.answer(latency(), () => {
      if (changes.length > 0 && decisions.happens('store-unknown', who))
        throw problem('STORE_UNAVAILABLE', 'the connection broke')
      return value
    })
  }

  function checkDisk(who: string): void {
    if (isUntil(fullUntil)) throw problem('STORE_UNAVAILABLE', 'the disk is full')
    if (decisions.happens('store-refused', who)) throw problem('STORE_UNAVAILABLE', 'the commit failed')
  }

  return {
    portOf: (life) => ({
      transaction: (work) => transaction(life, work),
      openPeers: (options) => peers.open(life, options),
      readiness: async () => 'ready',
      [Symbol.asyncDispose]: async () => undefined,
    }),
    outage(ms) {
      decisions.count('store-down')
      trace.say('store', `is down for ${Math.round(ms)} ms`)
      downUntil = timeline.nowMs + ms
    },
    fill(ms) {
      decisions.count('store-full')
      trace.say('store', `has a full disk for ${Math.round(ms)} ms`)
      fullUntil = timeline.nowMs + ms
    },
  }
}

/** Another dispatcher leases to some runners just now. */
function contended(tables: StoreTables, { decisions }: World, who: string): StoreTables {
  const { runners } = tables
  const isFree = () => !decisions.happens('runner-claimed', who)
  return { ...tables, runners: { ...runners, claim: async (ids) => (await runners.claim(ids)).filter(isFree) } }
}
