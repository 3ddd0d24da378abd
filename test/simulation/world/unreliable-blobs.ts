import type { Blobs } from '@narwhal/blobs'
import { problem } from '@narwhal/protocol'
import { type Life, never } from '../core/life.ts'
import type { World } from '../core/world.ts'

/** The blobs as one life reaches them: a write may fail, and its machine may die before or after it. */
export function unreliableBlobs({ decisions, chance }: World, life: Life, blobs: Blobs): Blobs {
  return {
    ...blobs,
    async write(key, source, options) {
      if (!life.passes()) return never
      if (decisions.happens('blob-refused', life.machine.name)) throw problem('BLOB_SPACE_FULL', key)
      const written = await blobs.write(key, source, options)
      if (!life.passes()) return never
      return life.answer(chance.between('blobs', 0.5, 20), () => written)
    },
  }
}
