import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files that are no YAML, or more of YAML than a pipeline takes.

test('an empty file', () => {
  expect(problemsOf('')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file is empty
      |
      | ^
      At the least it says \`image: node:24\` and \`run: npm ci && npm test\`.
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('a file of comments only', () => {
  expect(problemsOf('# nothing yet\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file is empty
      | # nothing yet
      | ^
      At the least it says \`image: node:24\` and \`run: npm ci && npm test\`.
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('a tab in front of a key', () => {
  expect(problemsOf('image: node:24\n\trun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:1  a tab in the indentation
      | 	run: npm test
      | ^
      YAML wants spaces at the beginning of a line; replace the tab.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a quote that is never closed', () => {
  expect(problemsOf('image: node:24\nrun: "npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:15  a quote or a bracket was opened and is not closed here, or this line is indented too little
      | run: "npm test
      |               ^
      Close it, or indent the line as much as those it belongs to.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a bracket that is never closed', () => {
  expect(problemsOf('image: node:24\nsteps: [npm ci, npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:25  a quote or a bracket was opened and is not closed here, or this line is indented too little
      | steps: [npm ci, npm test
      |                         ^
      Close it, or indent the line as much as those it belongs to.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a colon in text without quotes', () => {
  expect(problemsOf('image: node:24\nrun: echo a: b\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:12  this does not fit what stands around it
      | run: echo a: b
      |            ^
      Line it up with its neighbours; put text that has ": " in quotes, for example: run: "echo a: b"
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a line that is indented too far', () => {
  expect(problemsOf('image: node:24\n   run: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:7  this does not fit what stands around it
      |    run: npm test
      |       ^
      Line it up with its neighbours; put text that has ": " in quotes, for example: run: "echo a: b"
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a NUL byte', () => {
  expect(problemsOf('image: node:24\nrun: npm\0test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:9  a NUL byte
      | run: npm�test
      |         ^
      Remove it.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a character that cannot be printed', () => {
  expect(problemsOf('image: node:24\nrun: npm \x1b[31mtest\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:10  a character that cannot be printed
      | run: npm �[31mtest
      |          ^
      Remove it.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a key that stands twice', () => {
  expect(problemsOf('image: node:24\nrun: npm ci\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  the key "run" stands here again
      | run: npm test
      | ^
      It is in line 2 already; keep one of them.
      PIPELINE_DUPLICATE_KEY — docs/errors.md#pipeline_duplicate_key"
  `)
})

test('an alias of nothing', () => {
  expect(problemsOf('image: node:24\nrun: *tests\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:6  nothing above is marked as "&tests"
      | run: *tests
      |      ^
      Mark the value that it shall stand for so; put text that begins with * in quotes.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a value inside itself', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nenv: &env { ALL: *env }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:18  nothing above is marked as "&env"
      | env: &env { ALL: *env }
      |                  ^
      Mark the value that it shall stand for so; put text that begins with * in quotes.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a merge key', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nenv:\n  <<: { A: 1 }\n  B: 2\n')).toMatchInlineSnapshot(`
    "narwhal.yml:4:3  merge keys (\`<<\`) are not understood
      |   <<: { A: 1 }
      |   ^
      Write the keys out; an alias (\`*name\`) as a value works.
      PIPELINE_MERGE_KEY — docs/errors.md#pipeline_merge_key"
  `)
})

test('a type in front of a value', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nenv: { PORT: !!int "80" }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:14  the type "!!int" is not understood
      | env: { PORT: !!int "80" }
      |              ^
      Remove it; put what shall be text in quotes.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})

test('a list as a key', () => {
  expect(problemsOf('image: node:24\nrun: npm test\n? [a, b]\n: c\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:3  a key must be text
      | ? [a, b]
      |   ^
      Write one word in front of the colon; put text that begins with [ or { in quotes.
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('two documents', () => {
  expect(problemsOf('image: node:24\nrun: npm test\n---\nimage: ruby:3\n')).toMatchInlineSnapshot(`
    "narwhal.yml:4:1  a second document begins here
      | image: ruby:3
      | ^
      A pipeline is one document; remove the line \`---\` and what does not belong to it.
      PIPELINE_SYNTAX — docs/errors.md#pipeline_syntax"
  `)
})
