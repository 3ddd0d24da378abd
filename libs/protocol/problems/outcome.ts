import type { ProblemEntry } from './entry.ts'

/** Codes that end a build, a job or a step. */
export const outcomeProblems = {
  STEP_FAILED: {
    status: 422,
    title: 'A command of a step failed',
    fix: 'Read the log of the step; `narwhal resubmit` runs the job again.',
  },
  TIMEOUT_TOTAL: {
    status: 422,
    title: 'The job or step took longer than its timeout',
    fix: 'Make it faster, or raise `timeout:` in narwhal.yml.',
  },
  TIMEOUT_SILENCE: {
    status: 422,
    title: 'The job or step put out nothing for longer than its timeout allows',
    fix: 'Let it say from time to time what it does, or raise `timeout: { silence: … }` in narwhal.yml.',
  },
  OUT_OF_MEMORY: {
    status: 422,
    title: 'The container ran out of memory',
    fix: 'Use less memory: a container gets 2 GiB.',
  },
  EXPRESSION_UNANSWERED: {
    status: 422,
    title: 'An expression has no answer for what came out of the needed jobs',
    fix: 'Correct the `if` or the `${{ }}` that the message names, or let the needed job put out what it asks for.',
  },
  SIDECAR_NOT_READY: {
    status: 422,
    title: 'A sidecar was not ready in time',
    fix: 'Read its last lines above; correct its `ready` or its `image` under `services:` in narwhal.yml.',
  },
  PRIVILEGED_REFUSED: {
    status: 422,
    title: 'The runner does not allow this job to be privileged',
    fix: 'Remove `privileged`, or add the repository to NARWHAL_PRIVILEGED_REPOSITORIES of the runner; commits of strangers never may.',
  },
  IMAGE_NOT_FOUND: {
    status: 422,
    title: 'The image does not exist',
    fix: 'Correct the name or the tag of `image:` in narwhal.yml, or push the image.',
  },
  IMAGE_PULL_FAILED: {
    status: 500,
    title: 'The image could not be pulled',
    fix: 'Check the network of the runner and the image registry; Narwhal tries again by itself.',
    retried: true,
  },
  IMAGE_WITHOUT_SHELL: {
    status: 422,
    title: 'The image has no `sh`',
    fix: 'Use an image that has `sh`, `cat` and `mkfifo`; any distribution and busybox have them.',
  },
  COMMIT_NOT_FOUND: {
    status: 500,
    title: 'The repository has no such commit',
    fix: 'Push the commit again; a force push may have removed it.',
    retried: true,
  },
  FETCH_FAILED: {
    status: 500,
    title: 'The repository could not be fetched',
    fix: 'Check NARWHAL_CLONE_URL_TEMPLATE, NARWHAL_GITHUB_TOKEN and the network of the runner.',
    retried: true,
  },
  DISK_FULL: {
    status: 500,
    title: 'The disk of the runner is full',
    fix: 'Free space in the data directory of the runner.',
    retried: true,
  },
  ENGINE_GONE: {
    status: 500,
    title: 'The container engine does not answer',
    fix: 'Start Docker on the machine of the runner, or set NARWHAL_ENGINE.',
    retried: true,
  },
  RUNNER_LOST: {
    status: 500,
    title: 'The runner was lost while it had the job',
    fix: 'Look at the log of the runners: something ends them while they run this job.',
  },
  NO_RUNNER: {
    status: 500,
    title: 'No runner took the job within the limit',
    fix: 'Start a runner, or more of them; `narwhal runners` shows who is there.',
  },
  RUNNER_ERROR: {
    status: 500,
    title: 'The runner could not run the job',
    fix: 'Look at the log of the runner.',
    retried: true,
  },
  PLAN_CHANGED: {
    status: 500,
    title: 'The job differs from what was planned',
    fix: 'Resubmit the build; all runners must have the same version of Narwhal.',
  },
  PIPELINE_MISSING: {
    status: 422,
    title: 'The commit has no narwhal.yml',
    fix: 'Add a narwhal.yml; narwhal.yml.example shows one.',
  },
  COMMIT_SKIPPED: {
    status: 422,
    title: 'The commit message asks for no build',
    fix: 'To have it built, leave out [skip ci] and [ci skip], or start the build by hand.',
  },
  CANCELLED: { status: 409, title: 'Somebody cancelled it', fix: '`narwhal resubmit` runs it again.' },
} as const satisfies Record<string, ProblemEntry>
