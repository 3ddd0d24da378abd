import type { Peers, PeersOptions } from '@narwhal/store'
import { type Life, never } from '../../core/life.ts'
import type { World } from '../../core/world.ts'

// What dispatchers on one store tell one another: hints that may be lost, and turns that pass on when their holder is dead, or
// says so. One that stands still keeps its turn.

export interface PeersHub {
  open(life: Life, options: PeersOptions): Peers
}

/** How soon others notice that the holder of a turn is gone, in milliseconds. */
const noticedMs = 1_000

/** How long one who passed a turn on leaves it to others, in milliseconds. */
const passedMs = 3_000

export function openPeersHub({ timeline, chance, decisions }: World): PeersHub {
  const members = new Map<Life, PeersOptions>()
  const holders = new Map<string, Life>()
  const passedUntil = new Map<string, number>()
  const latency = () => chance.between('peers', 0.2, 5)

  function leave(life: Life): void {
    members.delete(life)
    for (const [name, holder] of holders) if (holder === life) holders.delete(name)
  }

  return {
    open(life, options) {
      members.set(life, options)
      life.whenOver(() => timeline.after(noticedMs, () => leave(life)))
      return {
        tell(messages) {
          if (life.isOver) return
          for (const [other, { heard, missed }] of members) {
            if (other === life) continue
            const isLost = decisions.happens('hint-lost', life.machine.name)
            if (isLost) other.later(chance.between('hint missed', 500, 3_000), missed)
            else other.later(latency(), () => heard(messages))
          }
        },
        async hasTurn(name) {
          if (!life.passes()) return never
          await life.answer(latency(), () => undefined)
          if ((passedUntil.get(`${name} ${life.machine.name}`) ?? 0) > timeline.nowMs) return false
          const holder = holders.get(name) ?? life
          holders.set(name, holder)
          return holder === life
        },
        async passTurn(name) {
          if (holders.get(name) !== life) return
          holders.delete(name)
          passedUntil.set(`${name} ${life.machine.name}`, timeline.nowMs + passedMs)
        },
        async [Symbol.asyncDispose]() {
          leave(life)
        },
      }
    },
  }
}
