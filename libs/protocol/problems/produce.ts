import type { ProblemEntry } from './entry.ts'

/** Codes of what a job takes in and leaves behind: artifacts, caches, images. */
export const produceProblems = {
  ARTIFACTS_TOO_LARGE: {
    status: 422,
    title: 'The artifacts of the job are over a limit',
    fix: 'Name fewer files under `artifacts:` in narwhal.yml; a glob with `!` in front takes away. Limits: 2 GiB, 100,000 files and directories.',
  },
  CACHE_TOO_LARGE: {
    status: 422,
    title: 'A cache is over a limit',
    fix: 'Cache fewer paths, or clean them in the last step. Limits: 2 GiB packed, 10 GiB and 500,000 files unpacked.',
  },
  BLOB_HASH_WRONG: {
    status: 500,
    title: 'Bytes that were kept came back different',
    fix: 'Check the disk behind NARWHAL_BLOBS of the dispatcher and the network of the runner; Narwhal tries again by itself.',
    retried: true,
  },
  BLOB_TRANSFER_FAILED: {
    status: 500,
    title: 'Files could not be brought to the dispatcher or fetched from it',
    fix: 'Check the network between the runner and the dispatcher, and what a proxy between them lets through; Narwhal tries again by itself.',
    retried: true,
  },
  IMAGE_CONTEXT_INVALID: {
    status: 422,
    title: 'The directory that an image is built from cannot be used',
    fix: 'Correct `context:` of the step, or leave out what the image does not need in `.dockerignore`. Limits: 2 GiB, 100,000 files and directories.',
  },
  IMAGE_PUSH_UNTRUSTED: {
    status: 422,
    title: 'An untrusted commit may not push an image',
    fix: 'Let the step push only where it is trusted: `if: trigger == "push"` or `if: branch == "main"`.',
  },
  IMAGE_TAG_INVALID: {
    status: 422,
    title: 'That is no tag for an image',
    fix: 'Write `owner/name:tag` or `registry/owner/name:tag` in small letters, with 20 tags at the most. Names without an owner are those of images that everybody begins from.',
  },
  IMAGE_VALIDATE_FAILED: {
    status: 422,
    title: 'The command that validates the new image failed',
    fix: 'Read the output of the step; the image was neither tagged nor pushed.',
  },
} as const satisfies Record<string, ProblemEntry>
