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
      Did you mean "image"? The file takes: on, include, image, run, steps, name, uses, with, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:5  unknown key "nmae" in a step
      |   - nmae: Unit tests
      |     ^
      Did you mean "name"? A step takes: run, uses, with, name, image, env, secrets, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:5  unknown key "comand" in a step
      |     comand: npm test
      |     ^
      Did you mean "run"? A step takes: run, uses, with, name, image, env, secrets, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:6:5  unknown key "tiemout" in a step
      |     tiemout: 5m
      |     ^
      Did you mean "timeout"? A step takes: run, uses, with, name, image, env, secrets, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('a key that is near to nothing', () => {
  expect(problemsOf('image: node:24\nrun: npm test\nfoo: bar\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  unknown key "foo" in the file
      | foo: bar
      | ^
      The file takes: on, include, image, run, steps, name, uses, with, needs, if, paths, env, secrets, services, matrix, cache, artifacts, reports, timeout, retry, allow-failure, concurrency, runs-on, track, priority, resources, network, environment, approval, lost, clone, dir, shell, user, privileged, jobs.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('a key with a capital letter', () => {
  expect(problemsOf('Image: node:24\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:1:1  unknown key "Image" in the file
      | Image: node:24
      | ^
      Did you mean "image"? The file takes: on, include, image, run, steps, name, uses, with, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('__proto__ and its kind as keys', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\n__proto__: { run: evil }\nconstructor: 1\nenv: { __proto__: x }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  unknown key "__proto__" in the file
      | __proto__: { run: evil }
      | ^
      The file takes: on, include, image, run, steps, name, uses, with, needs, if, paths, env, secrets, services, matrix, cache, artifacts, reports, timeout, retry, allow-failure, concurrency, runs-on, track, priority, resources, network, environment, approval, lost, clone, dir, shell, user, privileged, jobs.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:1  unknown key "constructor" in the file
      | constructor: 1
      | ^
      The file takes: on, include, image, run, steps, name, uses, with, needs, if, paths, env, secrets, services, matrix, cache, artifacts, reports, timeout, retry, allow-failure, concurrency, runs-on, track, priority, resources, network, environment, approval, lost, clone, dir, shell, user, privileged, jobs.
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
    "narwhal.yml:1:1  the file has nothing to run: no "run", "steps", "uses" or "jobs"
      | image: node:24
      | ^
      Add the commands, for example: run: npm test
      PIPELINE_RUN_MISSING — docs/errors.md#pipeline_run_missing"
  `)
})

test('a step without commands', () => {
  expect(problemsOf('image: node:24\nsteps:\n  - name: Unit tests\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:5  a step has nothing to run: no "run", "uses" or "parallel"
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
      Make them steps of their own under \`steps\`, or remove one of them.
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

test('keys that other systems have', () => {
  expect(
    problemsOf(
      'image: node:24\nshards: 4\nstages: [a]\njobs:\n  test:\n    script: npm test\n    depends_on: [lint]\n    when: always\n    working-directory: web\n    continue-on-error: true\n  lint: a\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:1  unknown key "shards" in the file
      | shards: 4
      | ^
      The file takes: on, include, image, run, steps, name, uses, with, needs, if, paths, env, secrets, services, matrix, cache, artifacts, reports, timeout, retry, allow-failure, concurrency, runs-on, track, priority, resources, network, environment, approval, lost, clone, dir, shell, user, privileged, jobs.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:3:1  unknown key "stages" in the file
      | stages: [a]
      | ^
      Did you mean "steps"? The file takes: on, include, image, run, steps, name, uses, with, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:6:5  unknown key "script" in a job
      |     script: npm test
      |     ^
      Did you mean "run"? A job takes: image, run, steps, name, uses, with, needs, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:7:5  unknown key "depends_on" in a job
      |     depends_on: [lint]
      |     ^
      Did you mean "needs"? A job takes: image, run, steps, name, uses, with, needs, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:8:5  unknown key "when" in a job
      |     when: always
      |     ^
      Did you mean "if"? A job takes: image, run, steps, name, uses, with, needs, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:9:5  unknown key "working-directory" in a job
      |     working-directory: web
      |     ^
      Did you mean "dir"? A job takes: image, run, steps, name, uses, with, needs, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:10:5  unknown key "continue-on-error" in a job
      |     continue-on-error: true
      |     ^
      Did you mean "allow-failure"? A job takes: image, run, steps, name, uses, with, needs, if, …
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('keys without which their neighbours mean nothing', () => {
  expect(
    problemsOf('image: node:24\nrun: npm test\nretry: { delay: 1s }\nconcurrency: { limit: 2 }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:8  \`retry\` has no "max"
      | retry: { delay: 1s }
      |        ^
      Write for example: retry: { max: 2, on: [75], delay: 30s }
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing

    narwhal.yml:4:14  \`concurrency\` has no "group"
      | concurrency: { limit: 2 }
      |              ^
      Write for example: concurrency: { group: production, limit: 1 }
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing"
  `)
})
