import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files with keys that do not belong there, or without those that do.

test('every misspelt key at once, in the order of the file', () => {
  expect(
    problemsOf('imge: node:24\nsteps:\n  - nmae: Unit tests\n    comand: npm test\n  - run: npm ci\n    tiemout: 5m\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  unknown key "imge" in the file
      | imge: node:24
      | ^
      Did you mean "image"? The file takes: image, run, steps, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:5  unknown key "nmae" in a step
      |   - nmae: Unit tests
      |     ^
      Did you mean "name"? A step takes: run, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:5  unknown key "comand" in a step
      |     comand: npm test
      |     ^
      Did you mean "run"? A step takes: run, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:6:5  unknown key "tiemout" in a step
      |     tiemout: 5m
      |     ^
      Did you mean "timeout"? A step takes: run, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('a key that is near to nothing', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nfoo: bar\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  unknown key "foo" in the file
      | foo: bar
      | ^
      The file takes: image, run, steps, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('a key with a capital letter', () => {
  expect(problemsOf('Image: node:24\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  unknown key "Image" in the file
      | Image: node:24
      | ^
      Did you mean "image"? The file takes: image, run, steps, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('a key that a later version will understand', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nmatrix: { node: [22, 24] }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  "matrix" is not understood yet by this version
      | matrix: { node: [22, 24] }
      | ^
      Remove it for now. The file takes: image, run, steps, name, env, timeout.
      PIPELINE_KEY_NOT_YET — docs/errors.md#pipeline_key_not_yet"
  `)
})

test('a misspelt key that a later version will understand', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nservces: { db: postgres }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  unknown key "servces" in the file
      | servces: { db: postgres }
      | ^
      Did you mean "services"? This version does not understand it yet. The file takes: image, run, steps, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('jobs, which come later and bring their own image and commands', () => {
  expect(problemsOf('jobs:\n  test: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  "jobs" is not understood yet by this version
      | jobs:
      | ^
      Remove it for now. The file takes: image, run, steps, name, env, timeout.
      PIPELINE_KEY_NOT_YET — docs/errors.md#pipeline_key_not_yet"
  `)
})

test('a step with an image of its own, which comes later', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - run: rake\n    image: ruby:3\n  - uses: image\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:5  "image" is not understood yet by this version
      |     image: ruby:3
      |     ^
      Remove it for now. A step takes: run, name, env, timeout.
      PIPELINE_KEY_NOT_YET — docs/errors.md#pipeline_key_not_yet

    narwhal.yml:5:5  "uses" is not understood yet by this version
      |   - uses: image
      |     ^
      Remove it for now. A step takes: run, name, env, timeout.
      PIPELINE_KEY_NOT_YET — docs/errors.md#pipeline_key_not_yet"
  `)
})

test('__proto__ and its kind as keys', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\n__proto__: { run: evil }\nconstructor: 1\nenv: { __proto__: x }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  unknown key "__proto__" in the file
      | __proto__: { run: evil }
      | ^
      The file takes: image, run, steps, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:1  unknown key "constructor" in the file
      | constructor: 1
      | ^
      The file takes: image, run, steps, name, env, timeout.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:5:8  "__proto__" is no name for an environment variable
      | env: { __proto__: x }
      |        ^
      Use letters, digits and _, and begin with a letter or _, for example: NODE_ENV
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name"
  `)
})

test('no image', () => {
  expect(problemsOf('run: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file names no image
      | run: npm test
      | ^
      Add the container image that the commands run in, for example: image: node:24
      PIPELINE_IMAGE_MISSING — docs/errors.md#pipeline_image_missing"
  `)
})

test('nothing to run', () => {
  expect(problemsOf('image: node:24\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file has nothing to run: no "run" and no "steps"
      | image: node:24
      | ^
      Add the commands, for example: run: npm test
      PIPELINE_RUN_MISSING — docs/errors.md#pipeline_run_missing"
  `)
})

test('a step without commands', () => {
  expect(problemsOf('image: node:24\nsteps:\n  - name: Unit tests\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:5  a step has nothing to run: no "run"
      |   - name: Unit tests
      |     ^
      Add the commands, for example: run: npm test
      PIPELINE_RUN_MISSING — docs/errors.md#pipeline_run_missing"
  `)
})

test('both run and steps', () => {
  expect(problemsOf('image: node:24\nrun: npm ci\nsteps: [npm test]\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  there is both "run" and "steps"
      | steps: [npm test]
      | ^
      Make the command of \`run\` the first of the steps, or remove one of them.
      PIPELINE_RUN_AND_STEPS — docs/errors.md#pipeline_run_and_steps"
  `)
})

test('only a command', () => {
  expect(problemsOf('npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file names no image
      | npm test
      | ^
      Write the image above it, and \`run:\` before the command, for example: image: node:24
      PIPELINE_IMAGE_MISSING — docs/errors.md#pipeline_image_missing"
  `)
})

test('only a list of steps', () => {
  expect(problemsOf('- npm ci\n- npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  the file names no image
      | - npm ci
      | ^
      Write the image above it, and \`steps:\` above the list, for example: image: node:24
      PIPELINE_IMAGE_MISSING — docs/errors.md#pipeline_image_missing"
  `)
})
