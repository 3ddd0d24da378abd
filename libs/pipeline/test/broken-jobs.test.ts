import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files whose jobs do not fit together.

test('a job that needs one which is not there', () => {
  expect(
    problemsOf('image: node:24\njobs:\n  lint: npm run lint\n  deploy: { needs: [lnit, build], run: ./deploy.sh }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:21  no job has the key "lnit"
      |   deploy: { needs: [lnit, build], run: ./deploy.sh }
      |                     ^
      Did you mean lint? There is lint
      PIPELINE_UNKNOWN_JOB — docs/errors.md#pipeline_unknown_job

    narwhal.yml:4:27  no job has the key "build"
      |   deploy: { needs: [lnit, build], run: ./deploy.sh }
      |                           ^
      There is lint
      PIPELINE_UNKNOWN_JOB — docs/errors.md#pipeline_unknown_job"
  `)
})

test('a job that needs itself', () => {
  expect(problemsOf('image: node:24\njobs:\n  test: { needs: test, run: npm test }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:18  "test" needs itself
      |   test: { needs: test, run: npm test }
      |                  ^
      Remove it from its own needs.
      PIPELINE_NEEDS_CIRCLE — docs/errors.md#pipeline_needs_circle"
  `)
})

test('jobs that wait for one another', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  lint: { needs: [build], run: npm run lint }\n  test: { needs: [lint], run: npm test }\n  build: { needs: [test], run: npm run build }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:19  these jobs wait for one another: lint → build → test → lint
      |   test: { needs: [lint], run: npm test }
      |                   ^
      Remove one of the needs, so that one of them can begin.
      PIPELINE_NEEDS_CIRCLE — docs/errors.md#pipeline_needs_circle"
  `)
})

test('a glob of needs that matches nothing', () => {
  expect(
    problemsOf('image: node:24\njobs:\n  lint: npm run lint\n  deploy: { needs: ["test-*"], run: ./deploy.sh }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:21  no other job matches "test-*"
      |   deploy: { needs: ["test-*"], run: ./deploy.sh }
      |                     ^
      There is lint
      PIPELINE_UNKNOWN_JOB — docs/errors.md#pipeline_unknown_job"
  `)
})

test('needs of something other than text', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  lint: npm run lint\n  deploy: { needs: { lint: true }, run: ./deploy.sh }\n  notify: { needs: [1, [lint]], run: ./notify.sh }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:20  "needs" must be text or a list, but this is a map
      |   deploy: { needs: { lint: true }, run: ./deploy.sh }
      |                    ^
      Write for example: needs: [lint, test]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:5:21  an entry of "needs" must be text, but this is the number 1
      |   notify: { needs: [1, [lint]], run: ./notify.sh }
      |                     ^
      Put it in quotes to make it text: "1"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type

    narwhal.yml:5:24  an entry of "needs" must be text, but this is a list
      |   notify: { needs: [1, [lint]], run: ./notify.sh }
      |                        ^
      Write for example: needs: [lint, test]
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('two jobs of one name', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  unit: { name: Tests, run: npm test }\n  e2e: { name: Tests, run: npm run e2e }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:16  two jobs are called "Tests": "unit" and "e2e"
      |   e2e: { name: Tests, run: npm run e2e }
      |                ^
      Give one of them another \`name\`.
      PIPELINE_NAME_CLASH — docs/errors.md#pipeline_name_clash"
  `)
})

test('a name that is the key of another job', () => {
  expect(
    problemsOf('image: node:24\njobs:\n  test: npm test\n  unit: { name: test, run: npm test }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:17  two jobs are called "test": "test" and "unit"
      |   unit: { name: test, run: npm test }
      |                 ^
      Give one of them another \`name\`.
      PIPELINE_NAME_CLASH — docs/errors.md#pipeline_name_clash"
  `)
})

test('jobs without an image, some of whose steps have one', () => {
  expect(
    problemsOf(
      'jobs:\n  lint: npm run lint\n  test:\n    steps:\n      - { run: npm test, image: node:24 }\n      - npm run e2e\n  web:\n    steps: [{ uses: image }]\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:3  the job "lint" names no image
      |   lint: npm run lint
      |   ^
      Add the container image that the commands run in, to the job or above \`jobs\` for all of them, for example: image: node:24
      PIPELINE_IMAGE_MISSING — docs/errors.md#pipeline_image_missing

    narwhal.yml:3:3  the job "test" names no image
      |   test:
      |   ^
      Add the container image that the commands run in, to the job or above \`jobs\` for all of them, for example: image: node:24
      PIPELINE_IMAGE_MISSING — docs/errors.md#pipeline_image_missing"
  `)
})

test('names that no job has', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  unit tests: npm test\n  api:test: npm test\n  __proto__: npm test\n  "": npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:3  "unit tests" is no name for a job
      |   unit tests: npm test
      |   ^
      Use letters, digits, _, - and ., 100 at the most, and begin with a letter or digit, for example: unit-tests
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:4:3  "api:test" is no name for a job
      |   api:test: npm test
      |   ^
      Use letters, digits, _, - and ., 100 at the most, and begin with a letter or digit, for example: unit-tests
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:5:3  "__proto__" is no name for a job
      |   __proto__: npm test
      |   ^
      Use letters, digits, _, - and ., 100 at the most, and begin with a letter or digit, for example: unit-tests
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:6:3  "" is no name for a job
      |   "": npm test
      |   ^
      Use letters, digits, _, - and ., 100 at the most, and begin with a letter or digit, for example: unit-tests
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name"
  `)
})

test('jobs that are empty, or no jobs at all', () => {
  expect(problemsOf('image: node:24\njobs:\n  lint:\n  test: {}\n  build: []\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:7  "lint" is empty
      |   lint:
      |       ^
      Write for example: test: npm test
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:4:9  a job has nothing to run: no "run", "steps" or "uses"
      |   test: {}
      |         ^
      Add the commands, for example: run: npm test
      PIPELINE_RUN_MISSING — docs/errors.md#pipeline_run_missing

    narwhal.yml:5:10  "build" is empty
      |   build: []
      |          ^
      Write for example: steps: [npm ci, npm test]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('a file whose jobs are an empty map', () => {
  expect(problemsOf('image: node:24\njobs: {}\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:7  "jobs" is empty
      | jobs: {}
      |       ^
      Write for example: jobs: { lint: npm run lint, test: npm test }
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('jobs as a list', () => {
  expect(problemsOf('image: node:24\njobs:\n  - test: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:3  "jobs" must be a map, but this is a list
      |   - test: npm test
      |   ^
      Write for example: jobs: { lint: npm run lint, test: npm test }
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('commands beside jobs', () => {
  expect(problemsOf('image: node:24\nrun: npm test\njobs: { lint: npm run lint }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:1  there is both "run" and "jobs"
      | jobs: { lint: npm run lint }
      | ^
      Make it a job of its own under \`jobs\`, or remove it.
      PIPELINE_RUN_AND_STEPS — docs/errors.md#pipeline_run_and_steps"
  `)
})

test('keys beside jobs that cannot be the default of them', () => {
  expect(
    problemsOf(
      'image: node:24\nname: CI\nneeds: [lint]\nwith: { push: true, tags: [web] }\njobs: { lint: npm run lint }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:1  "name" cannot stand beside "jobs"
      | name: CI
      | ^
      Write it into the job that it is meant for; it is no default of all jobs.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:3:1  "needs" cannot stand beside "jobs"
      | needs: [lint]
      | ^
      Write it into the job that it is meant for; it is no default of all jobs.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:4:1  "with" cannot stand beside "jobs"
      | with: { push: true, tags: [web] }
      | ^
      Write it into the job that it is meant for; it is no default of all jobs.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})

test('more jobs than a build can have', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  lint: npm run lint\n  test:\n    matrix:\n      a: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]\n      b: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]\n    run: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:5:5  with "test" the build has 257 jobs; 256 is the limit
      |     matrix:
      |     ^
      Use fewer values or fewer axes, or take combinations away with \`exclude\`.
      PIPELINE_OVER_LIMIT — docs/errors.md#pipeline_over_limit"
  `)
})

test('a key of the file in a job', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  test:\n    on: push\n    include: ["*/narwhal.yml"]\n    jobs: { a: b }\n    run: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:5  "on" belongs to the file, not to a job
      |     on: push
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:5:5  "include" belongs to the file, not to a job
      |     include: ["*/narwhal.yml"]
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:6:5  "jobs" belongs to the file, not to a job
      |     jobs: { a: b }
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})
