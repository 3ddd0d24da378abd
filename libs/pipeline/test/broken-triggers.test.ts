import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files that say wrongly when they are built.

test('triggers that there are not', () => {
  expect(problemsOf('on: [push, merge, pull-request]\nimage: node:24\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:12  an entry of "on" must be push, pull_request, tag, cron, manual or api, but this is "merge"
      | on: [push, merge, pull-request]
      |            ^
      Write for example: on: [push, tag]
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:1:19  an entry of "on" must be push, pull_request, tag, cron, manual or api, but this is "pull-request"
      | on: [push, merge, pull-request]
      |                   ^
      Did you mean "pull_request"?
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value"
  `)
})

test('a trigger as a number', () => {
  expect(problemsOf('on: 1\nimage: node:24\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:5  "on" must be text, a list or a map, but this is the number 1
      | on: 1
      |     ^
      Write for example: on: [push, tag]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('filters that a trigger does not have', () => {
  expect(
    problemsOf(
      'on:\n  push: { branch: main, tags: [v1] }\n  tag: { branches: [main] }\n  pull_request: { commits: all }\nimage: node:24\nrun: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:11  unknown key "branch" in \`push\`
      |   push: { branch: main, tags: [v1] }
      |           ^
      Did you mean "branches"? \`push\` takes: branches, paths, commits.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:2:25  unknown key "tags" in \`push\`
      |   push: { branch: main, tags: [v1] }
      |                         ^
      \`push\` takes: branches, paths, commits.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:10  unknown key "branches" in \`tag\`
      |   tag: { branches: [main] }
      |          ^
      Did you mean "tags"? \`tag\` takes: tags.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:19  unknown key "commits" in \`pull_request\`
      |   pull_request: { commits: all }
      |                   ^
      \`pull_request\` takes: branches, paths.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('filters that are no text', () => {
  expect(
    problemsOf(
      'on:\n  push: { branches: { main: true }, paths: [1, /etc/*], commits: every }\nimage: node:24\nrun: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:21  "branches" must be text or a list, but this is a map
      |   push: { branches: { main: true }, paths: [1, /etc/*], commits: every }
      |                     ^
      Write for example: branches: [main, "release/*"]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:2:45  an entry of "paths" must be text, but this is the number 1
      |   push: { branches: { main: true }, paths: [1, /etc/*], commits: every }
      |                                             ^
      Put it in quotes to make it text: "1"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:2:48  an entry of "paths" must be a path below the workspace: no \`/\` in front, no \`..\`
      |   push: { branches: { main: true }, paths: [1, /etc/*], commits: every }
      |                                                ^
      Write for example: paths: [src/**]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:2:66  "commits" must be head or all, but this is "every"
      |   push: { branches: { main: true }, paths: [1, /etc/*], commits: every }
      |                                                                  ^
      Write for example: commits: all
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value"
  `)
})

test('times that are none', () => {
  expect(
    problemsOf(
      'on:\n  cron: ["0 3 * *", "60 3 * * *", "* * 0 * *", { schedule: daily }, { branches: [main] }]\nimage: node:24\nrun: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:10  an entry of "cron" must be five fields: minute, hour, day of the month, month, day of the week
      |   cron: ["0 3 * *", "60 3 * * *", "* * 0 * *", { schedule: daily }, { branches: [main] }]
      |          ^
      Write for example "0 3 * * *" for every day at 3:00 UTC, or "*/15 * * * 1-5"
      PIPELINE_BAD_SCHEDULE — docs/errors.md#pipeline_bad_schedule

    narwhal.yml:2:21  an entry of "cron" must be five fields: minute, hour, day of the month, month, day of the week
      |   cron: ["0 3 * *", "60 3 * * *", "* * 0 * *", { schedule: daily }, { branches: [main] }]
      |                     ^
      Write for example "0 3 * * *" for every day at 3:00 UTC, or "*/15 * * * 1-5"
      PIPELINE_BAD_SCHEDULE — docs/errors.md#pipeline_bad_schedule

    narwhal.yml:2:35  an entry of "cron" must be five fields: minute, hour, day of the month, month, day of the week
      |   cron: ["0 3 * *", "60 3 * * *", "* * 0 * *", { schedule: daily }, { branches: [main] }]
      |                                   ^
      Write for example "0 3 * * *" for every day at 3:00 UTC, or "*/15 * * * 1-5"
      PIPELINE_BAD_SCHEDULE — docs/errors.md#pipeline_bad_schedule

    narwhal.yml:2:60  "schedule" must be five fields: minute, hour, day of the month, month, day of the week
      |   cron: ["0 3 * *", "60 3 * * *", "* * 0 * *", { schedule: daily }, { branches: [main] }]
      |                                                            ^
      Write for example "0 3 * * *" for every day at 3:00 UTC, or "*/15 * * * 1-5"
      PIPELINE_BAD_SCHEDULE — docs/errors.md#pipeline_bad_schedule

    narwhal.yml:2:69  an entry of \`cron\` has no "schedule"
      |   cron: ["0 3 * *", "60 3 * * *", "* * 0 * *", { schedule: daily }, { branches: [main] }]
      |                                                                     ^
      Write for example: schedule: "0 3 * * *"
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing"
  `)
})

test('inputs whose keys do not fit their type', () => {
  expect(
    problemsOf(
      'on:\n  manual:\n    inputs:\n      target: { type: choice }\n      level: { options: [1, 2] }\n      count: { type: number, default: many }\n      force: { type: boolean, default: "1" }\n      color: { type: choice, options: [red, blue], default: green }\n      size: { type: colour }\nimage: node:24\nrun: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:7  the choice "target" has no "options"
      |       target: { type: choice }
      |       ^
      Write what can be chosen, for example: options: [staging, production]
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing

    narwhal.yml:5:16  "options" belongs to an input of the type choice
      |       level: { options: [1, 2] }
      |                ^
      Add: type: choice
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:6:39  "default" must be a number, but this is "many"
      |       count: { type: number, default: many }
      |                                       ^
      Write such a value, or remove it.
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:7:40  "default" must be true or false, but this is "1"
      |       force: { type: boolean, default: "1" }
      |                                        ^
      Write such a value, or remove it.
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:8:61  "default" must be one of the options, but this is "green"
      |       color: { type: choice, options: [red, blue], default: green }
      |                                                             ^
      Write such a value, or remove it.
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:9:21  "type" must be text, boolean, number or choice, but this is "colour"
      |       size: { type: colour }
      |                     ^
      Write for example: type: choice
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value"
  `)
})

test('names that no input has', () => {
  expect(
    problemsOf('on: { manual: { inputs: { dry-run: {}, __proto__: {} } } }\nimage: node:24\nrun: npm test\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:1:27  "dry-run" is no name for an input
      | on: { manual: { inputs: { dry-run: {}, __proto__: {} } } }
      |                           ^
      Use letters, digits and _, and begin with a letter or _, for example: target
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:1:40  "__proto__" is no name for an input
      | on: { manual: { inputs: { dry-run: {}, __proto__: {} } } }
      |                                        ^
      Use letters, digits and _, and begin with a letter or _, for example: target
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name"
  `)
})

test('keys that only the file at the root of the repository has', () => {
  expect(
    problemsOf('on: push\ninclude: ["*/narwhal.yml"]\nconcurrency: api\nimage: node:24\nrun: npm test\n', {
      nested: true,
    }),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  "on" cannot stand at the root of a file that another one includes
      | on: push
      | ^
      Write it into the narwhal.yml at the root of the repository.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:2:1  "include" cannot stand at the root of a file that another one includes
      | include: ["*/narwhal.yml"]
      | ^
      Write it into the narwhal.yml at the root of the repository.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:3:1  "concurrency" cannot stand at the root of a file that another one includes
      | concurrency: api
      | ^
      Write it into the narwhal.yml at the root of the repository.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})

test('an included file that is broken as well', () => {
  expect(problemsOf('on: push\nimage: node:24\nrnu: npm test\n', { nested: true })).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  "on" cannot stand at the root of a file that another one includes
      | on: push
      | ^
      Write it into the narwhal.yml at the root of the repository.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:3:1  unknown key "rnu" in the file
      | rnu: npm test
      | ^
      Did you mean "run"? The file takes: on, include, image, run, steps, name, uses, with, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('a file that includes what is not below it', () => {
  expect(problemsOf('include: [../other/narwhal.yml, /narwhal.yml]\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:11  an entry of "include" must be a path below the workspace: no \`/\` in front, no \`..\`
      | include: [../other/narwhal.yml, /narwhal.yml]
      |           ^
      Write for example: include: ["*/narwhal.yml"]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:1:33  an entry of "include" must be a path below the workspace: no \`/\` in front, no \`..\`
      | include: [../other/narwhal.yml, /narwhal.yml]
      |                                 ^
      Write for example: include: ["*/narwhal.yml"]
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})
