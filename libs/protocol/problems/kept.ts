import type { ProblemEntry } from './entry.ts'

/** Codes of what the dispatcher keeps for repositories: artifacts and secrets. */
export const keptProblems = {
  ARTIFACTS_NOT_FOUND: {
    status: 404,
    title: 'The job has no artifacts',
    fix: 'Look at `artifacts:` of the job in narwhal.yml: its globs, and `keep`, how long they are kept; resubmit the job to make them anew.',
  },
  ARTIFACTS_MISSING: {
    status: 409,
    title: 'The artifacts of the result were never uploaded',
    fix: 'Resubmit the job; if it stays, look at the logs of the runner and the dispatcher.',
  },
  SECRET_NOT_FOUND: {
    status: 422,
    title: 'The repository has no such secret',
    fix: 'Set it with the command that the message names, then resubmit the job; `narwhal secrets list` shows what there is.',
  },
  SECRET_INVALID: {
    status: 422,
    title: 'That cannot be kept as a secret',
    fix: 'Use a value of 6 characters to 48 KiB; a shorter one would be found everywhere in the logs.',
  },
  SECRET_UNREADABLE: {
    status: 500,
    title: 'A secret was stored and cannot be decrypted',
    fix: 'Start the dispatcher with the NARWHAL_SECRETS_KEY_FILE that it was set with, or set it again with `narwhal secrets set`.',
  },
  SECRETS_UNTRUSTED: {
    status: 403,
    title: 'An untrusted commit gets no secrets',
    fix: 'Run the job only where it is trusted: `if: trigger == "push"`. Or have somebody who may push to the repository read the change and push it to a branch there.',
  },
  ENVIRONMENT_UNTRUSTED: {
    status: 403,
    title: 'An untrusted commit may not go to an environment',
    fix: 'Run the job only where it is trusted: `if: trigger == "push"`. Or have somebody who may push to the repository read the change and push it to a branch there.',
  },
  SECRETS_KEY_MISSING: {
    status: 500,
    title: 'The dispatcher has no key for secrets',
    fix: 'Make one: `openssl rand -hex 32 > secrets-key && chmod 600 secrets-key`, and start the dispatcher with NARWHAL_SECRETS_KEY_FILE set to its path. `narwhal up` does that by itself.',
  },
} as const satisfies Record<string, ProblemEntry>
