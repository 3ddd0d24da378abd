import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files whose matrices have no meaning.

test('an axis that is no list', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nmatrix: { node: 24, os: alpine }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:17  "node" must be a list, but this is the number 24
      | matrix: { node: 24, os: alpine }
      |                 ^
      Write for example: node: [22, 24]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:25  "os" must be a list, but this is text
      | matrix: { node: 24, os: alpine }
      |                         ^
      Write for example: node: [22, 24]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('an axis without values', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nmatrix: { node: [] }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:17  "node" is empty
      | matrix: { node: [] }
      |                 ^
      Write for example: node: [22, 24]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('values that are no text', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nmatrix: { node: [[22], { a: 24 }, ~, ""] }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:18  an entry of "node" must be text, a number, true or false, but this is a list
      | matrix: { node: [[22], { a: 24 }, ~, ""] }
      |                  ^
      Write for example: node: [22, 24]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:24  an entry of "node" must be text, a number, true or false, but this is a map
      | matrix: { node: [[22], { a: 24 }, ~, ""] }
      |                        ^
      Write for example: node: [22, 24]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:35  an entry of "node" is empty
      | matrix: { node: [[22], { a: 24 }, ~, ""] }
      |                                   ^
      Write for example: node: [22, 24]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:3:38  an entry of "node" is empty
      | matrix: { node: [[22], { a: 24 }, ~, ""] }
      |                                      ^
      Write for example: node: [22, 24]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('a matrix without an axis', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nmatrix: { fail-fast: true }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:9  the matrix has no axis
      | matrix: { fail-fast: true }
      |         ^
      Write for example: matrix: { node: [22, 24] }
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('an empty matrix', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nmatrix: {}\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:9  "matrix" is empty
      | matrix: {}
      |         ^
      Write for example: matrix: { node: [22, 24] }
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('an excluded combination of an axis that is not there', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: npm test\nmatrix:\n  node: [22, 24]\n  exclude: [{ nod: 22 }, { system: alpine }]\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:5:15  the matrix has no axis "nod"
      |   exclude: [{ nod: 22 }, { system: alpine }]
      |               ^
      Did you mean "node"?
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name

    narwhal.yml:5:28  the matrix has no axis "system"
      |   exclude: [{ nod: 22 }, { system: alpine }]
      |                            ^
      Its axes are: node
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('combinations that are no maps', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nmatrix: { node: [22, 24], include: [26], exclude: 22 }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:37  a combination must be a map, but this is the number 26
      | matrix: { node: [22, 24], include: [26], exclude: 22 }
      |                                     ^
      Write for example: { node: 24, os: alpine }
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:3:51  "exclude" must be a list, but this is the number 22
      | matrix: { node: [22, 24], include: [26], exclude: 22 }
      |                                                   ^
      Write for example: exclude: [{ node: 22, os: alpine }]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('a matrix of which nothing is left', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nmatrix:\n  node: [22, 24]\n  exclude: [{ node: 22 }, { node: 24 }]\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  the matrix of "build" leaves no combination
      | matrix:
      | ^
      Exclude fewer, or remove the job.
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('names that no axis has', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: npm test\nmatrix: { node version: [22], 2nd: [a], __proto__: [b], constructor: [c] }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:11  "node version" is no name for an axis of the matrix
      | matrix: { node version: [22], 2nd: [a], __proto__: [b], constructor: [c] }
      |           ^
      Use letters, digits, _ and -, and begin with a letter or _, for example: node
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:3:31  "2nd" is no name for an axis of the matrix
      | matrix: { node version: [22], 2nd: [a], __proto__: [b], constructor: [c] }
      |                               ^
      Use letters, digits, _ and -, and begin with a letter or _, for example: node
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:3:41  "__proto__" is no name for an axis of the matrix
      | matrix: { node version: [22], 2nd: [a], __proto__: [b], constructor: [c] }
      |                                         ^
      Use letters, digits, _ and -, and begin with a letter or _, for example: node
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:3:57  "constructor" is no name for an axis of the matrix
      | matrix: { node version: [22], 2nd: [a], __proto__: [b], constructor: [c] }
      |                                                         ^
      Use letters, digits, _ and -, and begin with a letter or _, for example: node
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name"
  `)
})
