import type { ProblemEntry } from './entry.ts'

/** Codes of store. */
export const storeProblems = {
  STORE_CONFLICT: {
    status: 503,
    title: 'Too many changes at once',
    fix: 'Try again; if it stays, look at the log of the dispatcher.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'The store cannot be used',
    fix: 'Check NARWHAL_STORE or NARWHAL_DATA, the rights of the directory, free disk space, and that no second process uses the file.',
  },
  STORE_URL_INVALID: {
    status: 500,
    title: 'The URL of the store is none that Narwhal knows',
    fix: 'Set NARWHAL_STORE to sqlite:PATH or memory:.',
  },
} as const satisfies Record<string, ProblemEntry>
