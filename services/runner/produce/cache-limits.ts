import { problem } from '@narwhal/protocol'
import type { EntryRules } from './entry-filter.ts'

/** What a cache may be, unpacked. */
export const cacheLimits = {
  form: 'exact',
  maxEntries: 500_000,
  maxBytes: 10 * 1024 ** 3,
  tooLarge: (what) => problem('CACHE_TOO_LARGE', `it has ${what}`),
} as const satisfies Omit<EntryRules, 'keeps'>

/** What its archive may have. */
export const maxCacheArchiveBytes = 2 * 1024 ** 3

/** What its tar may have at the most: headers and padding come on top. */
export const maxCacheTarBytes = cacheLimits.maxBytes + cacheLimits.maxEntries * 10 * 1024
