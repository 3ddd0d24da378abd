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
    fix: 'Check NARWHAL_STORE or NARWHAL_DATA. A file: the rights of the directory, free disk space, and that no second process uses it. PostgreSQL: that it runs, lets this user in, and has space.',
  },
  STORE_URL_INVALID: {
    status: 500,
    title: 'The URL of the store is none that Narwhal knows',
    fix: 'Set NARWHAL_STORE to postgres://USER:PASSWORD@HOST:PORT/DATABASE, sqlite:PATH or memory:.',
  },
  BLOB_NOT_FOUND: {
    status: 404,
    title: 'There is no blob of this key',
    fix: 'It may have been removed; run the job again.',
  },
  BLOB_KEY_INVALID: {
    status: 400,
    title: 'This cannot be the key of a blob',
    fix: 'A key has parts of a-z, 0-9, `_`, `.` and `-`, split by `/`, and begins with a letter or digit.',
  },
  BLOB_SPACE_FULL: {
    status: 503,
    title: 'The disk of the blobs is full',
    fix: 'Free space where NARWHAL_BLOBS leads.',
  },
  BLOB_URL_INVALID: {
    status: 500,
    title: 'The URL of the blobs is none that Narwhal knows',
    fix: 'Set NARWHAL_BLOBS to file:PATH or memory:.',
  },
} as const satisfies Record<string, ProblemEntry>
