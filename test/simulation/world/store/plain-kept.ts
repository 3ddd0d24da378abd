import { problem } from '@narwhal/protocol'
import type { StoreTables } from '@narwhal/store'

/** No simulated job keeps artifacts, caches or secrets: there are none, and nobody may put one there. No schedule is as long as a mark is for. */
export function plainKept(): Pick<StoreTables, 'blobs' | 'caches' | 'marks' | 'secrets'> {
  const refuse = () => {
    throw problem('INTERNAL', 'simulated jobs keep nothing')
  }
  const nothing = async () => undefined
  return {
    blobs: {
      insert: refuse,
      find: nothing,
      keep: async () => false,
      removeExpired: async () => [],
      remove: nothing,
      known: async () => [],
    },
    caches: {
      insert: refuse,
      find: nothing,
      use: nothing,
      remove: nothing,
      hasBlob: async () => false,
      shrink: nothing,
      removeUnused: nothing,
    },
    marks: { put: nothing, find: nothing },
    secrets: { put: refuse, find: nothing, list: async () => [], remove: async () => false },
  }
}
