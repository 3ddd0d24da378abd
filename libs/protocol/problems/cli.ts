import type { ProblemEntry } from './entry.ts'

/** Codes of the command `narwhal`. */
export const cliProblems = {
  DATA_IN_USE: {
    status: 500,
    title: 'Another Narwhal uses the data directory',
    fix: 'Use the one that runs (`narwhal builds`), end it, or set NARWHAL_DATA and NARWHAL_PORT to others for a second one.',
  },
  WATCH_FAILED: {
    status: 500,
    title: 'The repository cannot be watched',
    fix: 'Give the path of a git repository on this machine, or a URL that `git clone` takes; a token for GitHub goes into NARWHAL_GITHUB_TOKEN.',
  },
  WATCH_EMPTY: {
    status: 500,
    title: 'The repository has no commit on its main branch',
    fix: 'Commit something first; without `--once` Narwhal waits for the first commit.',
  },
  ONCE_WATCHES_NOTHING: {
    status: 500,
    title: 'There is no repository whose head could be built once',
    fix: 'Add `--watch PATH_OR_URL`, or `--demo`.',
  },
  NARWHAL_NOT_UP: {
    status: 502,
    title: 'No Narwhal answers',
    fix: 'Start it with `npm start`, or set NARWHAL_DISPATCHER_URL to where it runs.',
  },
  API_TOKEN_MISSING: {
    status: 500,
    title: 'There is no API token',
    fix: 'Set NARWHAL_API_TOKEN, or run the command in the directory where Narwhal was started: its token is in .narwhal/secrets/api-token (NARWHAL_DATA).',
  },
  WHAT_UNCLEAR: {
    status: 422,
    title: 'It is not clear which build or job is meant',
    fix: 'Write owner/name#12, host/owner/name#12, 12 when only one repository has a build of that number, the id of a build or of a job, or nothing for the newest build.',
  },
  NO_BUILDS: {
    status: 404,
    title: 'There is no build yet',
    fix: 'Push to a repository whose webhook leads here, or start with `npm start -- --watch PATH_OR_URL`.',
  },
  FILE_UNREADABLE: {
    status: 500,
    title: 'The file cannot be read',
    fix: 'Give the path of a narwhal.yml: `narwhal lint FILE`.',
  },
  PIPELINE_EXISTS: {
    status: 500,
    title: 'There is a narwhal.yml already',
    fix: 'Edit it, or remove it first; `narwhal lint` checks it.',
  },
  NOTHING_TO_INIT: {
    status: 500,
    title: 'Nothing in the directory says how it is tested',
    fix: 'Run the command at the root of the repository, where package.json, pyproject.toml, go.mod, Cargo.toml, pom.xml or a Makefile is, or write a narwhal.yml by hand: an `image:` and a `run:` are enough.',
  },
  SNAPSHOT_FAILED: {
    status: 500,
    title: 'The working tree cannot be read with git',
    fix: 'Run the command inside a working tree of git (`git init` makes one), with git installed.',
  },
  SECRETS_FILE_INVALID: {
    status: 422,
    title: 'The file of secrets cannot be understood',
    fix: 'Write one `NAME=value` a line; names are letters, digits and `_`, values have 6 characters at the least.',
  },
  REPOSITORY_UNCLEAR: {
    status: 500,
    title: 'It is not clear which repository is meant',
    fix: 'Add `--repository owner/name`; `narwhal builds` shows what they are called.',
  },
  OPTION_INVALID: {
    status: 422,
    title: 'An option has a value that it does not take',
    fix: 'Write it as the message says; `narwhal help COMMAND` shows every option.',
  },
} as const satisfies Record<string, ProblemEntry>
