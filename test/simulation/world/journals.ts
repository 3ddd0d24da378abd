import type { Journals } from '@narwhal/runner/parts'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'

/** What the attempts of a runner keep on its disk: it survives the machine's death once it was said to be there. */
export function openJournals(world: World, kept: Map<string, object>): { of(life: Life): Journals } {
  const { decisions, chance } = world
  return {
    of: (life) => ({
      open: ({ attemptId }) => ({
        async keepEnd(end) {
          if (!life.passes()) return never
          await life.answer(chance.between('journal', 0.1, 8), () => undefined)
          if (decisions.happens('disk-unknown', life.machine.name)) throw new RangeError('EIO')
          kept.set(attemptId, end)
        },
        async remove() {
          if (!life.passes()) return never
          kept.delete(attemptId)
        },
      }),
    }),
  }
}
