import { problem } from '@narwhal/protocol'
import type { EntryRules } from './entry-filter.ts'

/** What the artifacts of a job may be. */
export const artifactLimits = {
  form: 'portable',
  maxEntries: 100_000,
  maxBytes: 2 * 1024 ** 3,
  tooLarge: (what) => problem('ARTIFACTS_TOO_LARGE', `The artifacts have ${what}.`),
} as const satisfies Omit<EntryRules, 'keeps'>

/** What their tar may have at the most: headers and padding come on top. */
export const maxArtifactTarBytes = artifactLimits.maxBytes + artifactLimits.maxEntries * 10 * 1024
