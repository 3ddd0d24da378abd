import type { ProblemEntry } from './entry.ts'

/** Codes of the reporter: why an outcome could not be told. */
export const reporterProblems = {
  STATUS_REFUSED: {
    status: 422,
    title: 'The forge does not take the commit status',
    fix: 'Look at what the forge answered: the token in NARWHAL_GITHUB_TOKEN may lack "commit statuses: write" for the repository, or the commit is gone.',
  },
  FORGE_LIMITED: {
    status: 429,
    title: 'The forge asks to wait before the next commit status',
    fix: 'Nothing: Narwhal sends it when the forge takes it again.',
  },
  FORGE_UNAVAILABLE: {
    status: 502,
    title: 'The forge did not take a commit status',
    fix: 'Nothing at once: Narwhal tries again by itself. If it lasts, check NARWHAL_GITHUB_API_URL and the network of the reporter.',
  },
  RESULT_REFUSED: {
    status: 422,
    title: 'A build cannot have a result file',
    fix: 'Look at the message: a name that is no path segment, or a build without an end, never comes from a dispatcher of Narwhal.',
  },
  RESULT_NOT_WRITTEN: {
    status: 500,
    title: 'A result file could not be written',
    fix: 'Check NARWHAL_RESULTS, the rights of the directory and free disk space; Narwhal tries again by itself.',
  },
} as const satisfies Record<string, ProblemEntry>
