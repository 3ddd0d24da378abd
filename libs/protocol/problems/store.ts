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
  DISK_BROKEN: {
    status: 503,
    title: 'The disk failed under a database, so this process has ended',
    fix: 'Look at the log of the kernel and repair the disk, then start again: nothing that was acknowledged depends on what failed. Let a supervisor restart the services; the exit code is 74.',
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
    fix: 'Free space where NARWHAL_BLOBS leads, or raise the quota of the bucket.',
  },
  BLOB_URL_INVALID: {
    status: 500,
    title: 'The URL of the blobs is none that Narwhal knows',
    fix: 'Set NARWHAL_BLOBS to file:PATH, s3://BUCKET/PREFIX?region=…&endpoint=…&path-style=… or memory:.',
  },
  BLOB_STORE_DENIED: {
    status: 503,
    title: 'The object store does not let Narwhal in',
    fix: 'Check NARWHAL_S3_ACCESS_KEY and NARWHAL_S3_SECRET_KEY, the clock of this machine, and that the keys may list the bucket and read, write and remove its objects.',
  },
  BLOB_STORE_MISSING: {
    status: 503,
    title: 'The bucket of the blobs is not there',
    fix: 'Make the bucket, or correct its name, region or endpoint in NARWHAL_BLOBS.',
  },
  BLOB_STORE_UNAVAILABLE: {
    status: 503,
    title: 'The blobs cannot be read or written',
    fix: 'Check where NARWHAL_BLOBS leads: that the disk is whole, or that the endpoint can be reached and is an S3-compatible object store. Narwhal tries again by itself.',
  },
} as const satisfies Record<string, ProblemEntry>
