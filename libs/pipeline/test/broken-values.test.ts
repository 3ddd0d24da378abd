import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files with values that do not fit their keys.

test('a number instead of a pipeline', () => {
  expect(problemsOf('42\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file must be a map, but this is the number 42
      | 42
      | ^
      Write for example: image: node:24
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('lists and maps instead of text', () => {
  expect(problemsOf('image: [node, 24]\nrun: { npm: test }\nname: [a]\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:8  "image" must be text, but this is a list
      | image: [node, 24]
      |        ^
      Write for example: image: node:24
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:2:6  "run" must be text, but this is a map
      | run: { npm: test }
      |      ^
      Write for example: run: npm test
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:7  "name" must be text, but this is a list
      | name: [a]
      |       ^
      Write for example: name: Unit tests
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('text instead of lists and maps', () => {
  expect(problemsOf('image: node:24\nsteps: npm test\nenv: NODE_ENV=test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:8  "steps" must be a list, but this is text
      | steps: npm test
      |        ^
      Write for example: steps: [npm ci, npm test]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:6  "env" must be a map, but this is text
      | env: NODE_ENV=test
      |      ^
      Write for example: env: { NODE_ENV: test }
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('numbers and booleans instead of text', () => {
  expect(problemsOf('image: 24\nname: 1.10\nsteps: [true, 7]\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:8  "image" must be text, but this is the number 24
      | image: 24
      |        ^
      Put it in quotes to make it text: "24"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:2:7  "name" must be text, but this is the number 1.10
      | name: 1.10
      |       ^
      Put it in quotes to make it text: "1.10"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:9  a step must be text or a map, but this is the boolean true
      | steps: [true, 7]
      |         ^
      Put it in quotes to make it text: "true"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:15  a step must be text or a map, but this is the number 7
      | steps: [true, 7]
      |               ^
      Put it in quotes to make it text: "7"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('values that are missing', () => {
  expect(problemsOf("image:\nname: ''\nenv:\nsteps:\n")).toMatchInlineSnapshot(`
    "narwhal.yml:1:6  "image" is empty
      | image:
      |      ^
      Write for example: image: node:24
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:2:7  "name" is empty
      | name: ''
      |       ^
      Write for example: name: Unit tests
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:3:4  "env" is empty
      | env:
      |    ^
      Write for example: env: { NODE_ENV: test }
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:4:6  "steps" is empty
      | steps:
      |      ^
      Write for example: steps: [npm ci, npm test]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('no steps in the list', () => {
  expect(problemsOf('image: node:24\nsteps: []\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:8  "steps" is empty
      | steps: []
      |        ^
      Write for example: steps: [npm ci, npm test]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('steps that are empty or lists', () => {
  expect(problemsOf("image: node:24\nsteps:\n  - npm ci\n  -\n  - [npm test]\n  - '  '\n")).toMatchInlineSnapshot(`
    "narwhal.yml:4:4  a step is empty
      |   -
      |    ^
      Write for example: - npm test
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:5:5  a step must be text or a map, but this is a list
      |   - [npm test]
      |     ^
      Write for example: - npm test
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:6:5  a step is empty
      |   - '  '
      |     ^
      Write for example: run: npm test
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('durations without a unit, too long, too short and misspelt', () => {
  expect(
    problemsOf(
      'image: node:24\ntimeout: 30\nsteps:\n  - { run: a, timeout: 25h }\n  - { run: b, timeout: 0s }\n  - { run: c, timeout: 5 minutes }\n  - { run: d, timeout: [1m] }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:10  "timeout" must be a duration from 1s to 24h
      | timeout: 30
      |          ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration

    narwhal.yml:4:24  "timeout" must be a duration from 1s to 24h
      |   - { run: a, timeout: 25h }
      |                        ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration

    narwhal.yml:5:24  "timeout" must be a duration from 1s to 24h
      |   - { run: b, timeout: 0s }
      |                        ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration

    narwhal.yml:6:24  "timeout" must be a duration from 1s to 24h
      |   - { run: c, timeout: 5 minutes }
      |                        ^
      Write days, hours, minutes and seconds, for example: 30s, 15m, 1h30m or 7d
      PIPELINE_BAD_DURATION — docs/errors.md#pipeline_bad_duration

    narwhal.yml:7:24  "timeout" must be text or a map, but this is a list
      |   - { run: d, timeout: [1m] }
      |                        ^
      Write for example: timeout: 15m
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('an image of two words', () => {
  expect(problemsOf('image: node 24\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:8  "image" must be one word
      | image: node 24
      |        ^
      Write for example: image: node:24
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('a name of two lines', () => {
  expect(problemsOf('image: node:24\nname: "a\\nb"\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:7  "name" must be one line without control characters
      | name: "a\\nb"
      |       ^
      Write for example: name: Unit tests
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('a NUL character by an escape', () => {
  expect(problemsOf('image: node:24\nrun: "a\\0b"\nenv: { A: "\\x00" }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:6  "run" has a NUL character
      | run: "a\\0b"
      |      ^
      Remove the escape \\0, \\x00 or \\u0000.
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:3:11  "A" has a NUL character
      | env: { A: "\\x00" }
      |           ^
      Remove the escape \\0, \\x00 or \\u0000.
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('names that no environment variable has', () => {
  expect(
    problemsOf("image: node:24\nrun: npm test\nenv:\n  1ST: a\n  NODE-ENV: test\n  '': b\n"),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:3  "1ST" is no name for an environment variable
      |   1ST: a
      |   ^
      Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:5:3  "NODE-ENV" is no name for an environment variable
      |   NODE-ENV: test
      |   ^
      Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:6:3  "" is no name for an environment variable
      |   '': b
      |   ^
      Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name"
  `)
})

test('lists, maps and nothing as environment variables', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nenv:\n  A: [1]\n  B: { c: d }\n  E:\n')).toMatchInlineSnapshot(`
    "narwhal.yml:4:6  "A" must be text, a number, true or false, but this is a list
      |   A: [1]
      |      ^
      Write for example: PORT: 8080, or "" for an empty text
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:5:6  "B" must be text, a number, true or false, but this is a map
      |   B: { c: d }
      |      ^
      Write for example: PORT: 8080, or "" for an empty text
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:6:4  "E" is empty
      |   E:
      |    ^
      Write for example: PORT: 8080, or "" for an empty text
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})
