import type { ProblemEntry } from './entry.ts'

/** Codes of git. */
export const gitProblems = {
  GIT_MISSING: {
    status: 500,
    title: 'The command `git` is not there',
    fix: 'Install git 2.32 or newer and see that PATH leads to it.',
  },
  GIT_FAILED: {
    status: 500,
    title: 'A git command failed',
    fix: 'Read what git said; Narwhal tries again by itself.',
    retried: true,
  },
  MIRROR_BROKEN: {
    status: 500,
    title: 'The mirror of the repository is damaged',
    fix: 'Nothing: the mirror is made again at the next attempt. If it happens often, check the disk of the runner.',
    retried: true,
  },
  CLONE_URL_INVALID: {
    status: 422,
    title: 'Narwhal does not fetch from such a URL',
    fix: 'Use https, http, ssh or file, or an absolute path, without a password in it; a token goes into NARWHAL_GITHUB_TOKEN. NARWHAL_CLONE_URL_TEMPLATE must lead to the host of the repository.',
  },
  GIT_OUTPUT_TOO_LARGE: {
    status: 422,
    title: 'The repository is too large for what was asked of it',
    fix: 'A commit with so many files cannot use `paths`, `include`, `changed` or `lfs`: leave them out of narwhal.yml.',
  },
  SUBMODULE_FOREIGN: {
    status: 422,
    title: 'A submodule is not beside its repository',
    fix: 'Narwhal fetches submodules of the same host and owner alone, and none for commits of strangers: write `url = ../name.git` in .gitmodules, or fetch it in a step.',
  },
  SUBMODULES_TOO_MANY: {
    status: 422,
    title: 'The repository has too many submodules',
    fix: 'Leave `submodules` out of `clone`, and fetch those that are needed in a step.',
  },
  LFS_FAILED: {
    status: 500,
    title: 'The large files of the commit could not be fetched',
    fix: 'Clone by https (NARWHAL_CLONE_URL_TEMPLATE) with a token that may read the repository, or set `lfs: false` under `clone`.',
    retried: true,
  },
  GIT_FILE_NOT_REGULAR: {
    status: 422,
    title: 'The file in the commit is not a regular file',
    fix: 'Commit the file itself: Narwhal follows no symbolic links, directories or submodules.',
  },
  GIT_FILE_TOO_LARGE: {
    status: 422,
    title: 'The file in the commit is too large to be read',
    fix: 'Make the file smaller.',
  },
  WORKSPACE_NOT_EMPTY: {
    status: 500,
    title: 'The directory for the workspace is not empty',
    fix: 'Look at the log of the runner; a workspace is made in a new, empty directory.',
    retried: true,
  },
} as const satisfies Record<string, ProblemEntry>
