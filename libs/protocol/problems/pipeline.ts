import type { ProblemEntry } from './entry.ts'

/** Codes of narwhal.yml: `PIPELINE_INVALID` ends a build, the others name what is wrong in the file. */
export const pipelineProblems = {
  PIPELINE_INVALID: {
    status: 422,
    title: 'narwhal.yml has problems',
    fix: 'Correct what the message lists and push again; `narwhal lint` checks the file before a push.',
  },
  PIPELINE_SYNTAX: {
    status: 422,
    title: 'The file cannot be read as YAML',
    fix: 'Look at the marked place and the line above it: indentation, a missing quote or bracket, a tab.',
  },
  PIPELINE_EMPTY: {
    status: 422,
    title: 'The file or a value is empty',
    fix: 'Write something there, or remove the key.',
  },
  PIPELINE_UNKNOWN_KEY: {
    status: 422,
    title: 'Nothing has that key',
    fix: 'Correct its spelling, or remove it; the message lists the keys that this place takes.',
  },
  PIPELINE_KEY_NOT_YET: {
    status: 422,
    title: 'This version of Narwhal does not understand the key yet',
    fix: 'Remove it for now, or update Narwhal.',
  },
  PIPELINE_DUPLICATE_KEY: { status: 422, title: 'A key stands twice in one map', fix: 'Keep one of them.' },
  PIPELINE_MERGE_KEY: {
    status: 422,
    title: 'Merge keys (`<<`) are not understood',
    fix: 'Write the keys out; an alias (`*name`) as a value works.',
  },
  PIPELINE_WRONG_TYPE: {
    status: 422,
    title: 'A value has the wrong type',
    fix: 'Write what the message asks for; numbers, `true` and `false` become text in quotes.',
  },
  PIPELINE_BAD_DURATION: {
    status: 422,
    title: 'That is not a duration',
    fix: 'Write hours, minutes and seconds such as 30s, 15m, 1h or 1h30m; 1s at the least, 24h at the most.',
  },
  PIPELINE_BAD_TEXT: {
    status: 422,
    title: 'A text has characters that do not belong there',
    fix: 'Write it as the message says.',
  },
  PIPELINE_BAD_NAME: {
    status: 422,
    title: 'That is no name for an environment variable',
    fix: 'Use letters, digits and _; begin with a letter or _.',
  },
  PIPELINE_IMAGE_MISSING: {
    status: 422,
    title: 'The file names no image',
    fix: 'Add the container image that the commands run in, for example `image: node:24`.',
  },
  PIPELINE_RUN_MISSING: {
    status: 422,
    title: 'There is nothing to run',
    fix: 'Add `run:` with the commands; a file may have `steps:` instead.',
  },
  PIPELINE_RUN_AND_STEPS: {
    status: 422,
    title: 'The file has both `run` and `steps`',
    fix: 'Make the command of `run` the first of the steps, or remove one of them.',
  },
  PIPELINE_EXPRESSION_IN_RUN: {
    status: 422,
    title: '`${{ }}` is not allowed inside commands',
    fix: 'Put the value into `env:` and use it as "$NAME": so nobody can inject commands.',
  },
  PIPELINE_EXPRESSION_NOT_YET: {
    status: 422,
    title: 'This version of Narwhal does not understand `${{ }}` yet',
    fix: 'Write the value itself.',
  },
  PIPELINE_OVER_LIMIT: {
    status: 422,
    title: 'The file is over a limit',
    fix: 'Limits: file 256 KiB, depth 32, 10 aliases, 100 steps, 96 KiB per `run`, 128 KiB per `env`, 200 letters per name.',
  },
} as const satisfies Record<string, ProblemEntry>
