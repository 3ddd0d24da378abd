import type { ProblemEntry } from './entry.ts'

/** Codes of narwhal.yml: `PIPELINE_INVALID` ends a build, the others name what is wrong in the file. */
export const pipelineProblems = {
  PIPELINE_INVALID: {
    status: 422,
    title: 'narwhal.yml has problems',
    fix: 'Correct what the message lists and push again; `narwhal lint` checks the file before a push.',
  },
  PIPELINE_TOO_COMPLEX: {
    status: 422,
    title: 'narwhal.yml takes too much time or memory to be planned',
    fix: 'Make it smaller: fewer matrix cells, shorter globs, shorter expressions.',
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
  PIPELINE_KEY_MISPLACED: {
    status: 422,
    title: 'A key stands where it has no meaning',
    fix: 'Move it to where the message says that it belongs, or remove it.',
  },
  PIPELINE_KEY_MISSING: {
    status: 422,
    title: 'A key is missing without which its neighbours mean nothing',
    fix: 'Add the key that the message names.',
  },
  PIPELINE_NAME_CLASH: {
    status: 422,
    title: 'Two jobs have the same name',
    fix: 'Give one of them another `name`.',
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
    title: 'That is not a duration that fits there',
    fix: 'Write days, hours, minutes and seconds such as 30s, 15m, 1h30m or 7d, within the bounds that the message names.',
  },
  PIPELINE_BAD_SIZE: {
    status: 422,
    title: 'That is not a size that fits there',
    fix: 'Write KiB, MiB, GiB or TiB behind a number, such as 512MiB or 1.5GiB.',
  },
  PIPELINE_BAD_SCHEDULE: {
    status: 422,
    title: 'That is no time of `cron`',
    fix: 'Write five fields: minute, hour, day of the month, month, day of the week, in UTC, such as "0 3 * * *".',
  },
  PIPELINE_BAD_VALUE: {
    status: 422,
    title: 'A value is not one of those that the key takes',
    fix: 'Write one of the words, or a number within the bounds, that the message names.',
  },
  PIPELINE_BAD_TEXT: {
    status: 422,
    title: 'A text has characters that do not belong there',
    fix: 'Write it as the message says.',
  },
  PIPELINE_BAD_NAME: {
    status: 422,
    title: 'That is no name for such a thing',
    fix: 'Use the characters that the message lists, in names of variables, jobs, hosts, axes and inputs alike.',
  },
  PIPELINE_IMAGE_MISSING: {
    status: 422,
    title: 'Commands have no image',
    fix: 'Add the container image that the commands run in, for example `image: node:24`.',
  },
  PIPELINE_RUN_MISSING: {
    status: 422,
    title: 'There is nothing to run',
    fix: 'Add `run:` with the commands, or `steps:`; a file may have `jobs:` instead.',
  },
  PIPELINE_RUN_AND_STEPS: {
    status: 422,
    title: 'There is more than one thing to run',
    fix: 'Of `run`, `steps`, `uses`, `parallel` and `jobs` only one can stand in a place; make the others steps or jobs of their own.',
  },
  PIPELINE_EXPRESSION_IN_RUN: {
    status: 422,
    title: '`${{ }}` is not allowed inside commands',
    fix: 'Put the value into `env:` and use it as "$NAME": so nobody can inject commands.',
  },
  PIPELINE_EXPRESSION_MISPLACED: {
    status: 422,
    title: '`${{ }}` cannot stand there',
    fix: 'It may stand in `image`, `name`, `env`, `with`, `concurrency`, the fields of a sidecar and the `key` of a cache; `if` is an expression without it.',
  },
  PIPELINE_NOT_UTF8: {
    status: 422,
    title: 'The file is not UTF-8',
    fix: 'Save it as UTF-8; editors call it encoding.',
  },
  PIPELINE_OVER_LIMIT: {
    status: 422,
    title: 'The file is over a limit',
    fix: 'Limits: file 256 KiB, depth 32, 10 aliases, 256 jobs per build, 100 steps per job, 96 KiB per `run`, 128 KiB per `env`, 200 letters per name.',
  },
  PIPELINE_BAD_EXPRESSION: {
    status: 422,
    title: 'An expression cannot be read',
    fix: 'Write it as the message says, for example: branch == "main" && trigger == "push".',
  },
  PIPELINE_UNKNOWN_NAME: {
    status: 422,
    title: 'An expression reads something that there is not',
    fix: 'Correct its spelling; a job can read only the jobs that it needs, its own matrix, and inputs that `on` declares.',
  },
  PIPELINE_EXPRESSION_TYPE: {
    status: 422,
    title: 'The types of an expression do not fit',
    fix: 'A condition must be true or false, and texts are compared with texts: branch == "main", matrix.node == "24".',
  },
  PIPELINE_BAD_GLOB: {
    status: 422,
    title: 'That is no glob',
    fix: 'Close its brackets and braces; * and ? stop at a slash, ** does not, [ab] is one character, {a,b} is either.',
  },
  PIPELINE_UNKNOWN_JOB: {
    status: 422,
    title: 'A job needs another that there is not',
    fix: 'Correct the key, or remove it from `needs`; jobs of nested files have keys such as `api:test`.',
  },
  PIPELINE_NEEDS_CIRCLE: {
    status: 422,
    title: 'Jobs wait for one another',
    fix: 'Remove one of the needs that the message names, so that one of the jobs can begin.',
  },
  PIPELINE_BAD_INCLUDE: {
    status: 422,
    title: 'A glob of `include` finds no narwhal.yml that can be used',
    fix: 'Correct the glob; it is held against the paths of narwhal.yml files, and the directories that they are in.',
  },
  PIPELINE_UNANSWERED: {
    status: 422,
    title: 'An expression has no answer, or not one that fits its place',
    fix: 'Look at the values that it reads for this commit and this cell of the matrix.',
  },
  COMMIT_NOT_WANTED: {
    status: 422,
    title: 'narwhal.yml starts no build for this commit',
    fix: 'To have it built, add what triggers it to `on:`.',
  },
  INPUTS_INVALID: {
    status: 422,
    title: 'The inputs of a manual build do not fit',
    fix: 'Give what `on: manual: inputs:` in narwhal.yml asks for.',
  },
  JOB_SKIPPED: {
    status: 422,
    title: 'The job had nothing to do',
    fix: 'It counts as passed for jobs that need it; to have it run, change its `if:`.',
  },
  NEEDS_NOT_MET: {
    status: 422,
    title: 'A job that this one needs did not pass',
    fix: 'Repair that one; a job that should run nevertheless says `if: failure` or `if: always`.',
  },
  CONDITION_UNANSWERED: {
    status: 422,
    title: 'The condition of a job or step has no answer',
    fix: 'Correct the `if:`; has(needs.job.outputs.KEY) asks whether an output was written.',
  },
  SELECTION_UNKNOWN: {
    status: 422,
    title: 'The pipeline has nothing of what was selected',
    fix: 'Correct the name; `narwhal plan` shows the jobs of the pipeline.',
  },
} as const satisfies Record<string, ProblemEntry>
