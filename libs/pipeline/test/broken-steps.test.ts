import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files whose steps do not fit together.

test('inputs without a reusable step', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - npm ci\n  - { run: docker build ., with: { tags: [web] } }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:28  "with" stands without "uses"
      |   - { run: docker build ., with: { tags: [web] } }
      |                            ^
      Add what it is for, for example: uses: image
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})

test('a reusable step that there is not', () => {
  expect(problemsOf('image: node:24\nsteps:\n  - uses: imge\n  - uses: actions/checkout@v4\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:11  "uses" must be image, but this is "imge"
      |   - uses: imge
      |           ^
      Did you mean "image"?
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value

    narwhal.yml:4:11  "uses" must be image, but this is "actions/checkout@v4"
      |   - uses: actions/checkout@v4
      |           ^
      Write for example: uses: image
      PIPELINE_BAD_VALUE — docs/errors.md#pipeline_bad_value"
  `)
})

test('commands beside a reusable step', () => {
  expect(problemsOf('image: node:24\nsteps:\n  - { uses: image, run: docker push }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:20  there is both "run" and "uses"
      |   - { uses: image, run: docker push }
      |                    ^
      Make them steps of their own under \`steps\`, or remove one of them.
      PIPELINE_RUN_AND_STEPS — docs/errors.md#pipeline_run_and_steps"
  `)
})

test('inputs that the image step does not take', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - uses: image\n    with: { dockerfile: Dockerfile.web, tag: web, skip: sometimes }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:13  unknown key "dockerfile" in \`with\`
      |     with: { dockerfile: Dockerfile.web, tag: web, skip: sometimes }
      |             ^
      \`with\` takes: context, file, args, tags, push, validate, skip.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:41  unknown key "tag" in \`with\`
      |     with: { dockerfile: Dockerfile.web, tag: web, skip: sometimes }
      |                                         ^
      Did you mean "tags"? \`with\` takes: context, file, args, tags, push, validate, skip.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key

    narwhal.yml:4:57  "skip" must be true or false, but this is text
      |     with: { dockerfile: Dockerfile.web, tag: web, skip: sometimes }
      |                                                         ^
      Write for example: skip: false
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('a push without a tag', () => {
  expect(problemsOf('image: node:24\nsteps:\n  - uses: image\n    with: { push: true }\n')).toMatchInlineSnapshot(`
    "narwhal.yml:4:13  "push" needs "tags"
      |     with: { push: true }
      |             ^
      Write under which names, for example: tags: ["shop/web:1"]
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing"
  `)
})

test('build contexts outside of the workspace', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - uses: image\n    with: { context: /etc, file: ../Dockerfile }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:22  "context" must be a path below the workspace: no \`/\` in front, no \`..\`
      |     with: { context: /etc, file: ../Dockerfile }
      |                      ^
      Write for example: context: web
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text

    narwhal.yml:4:34  "file" must be a path below the context: no \`/\` in front, no \`..\`
      |     with: { context: /etc, file: ../Dockerfile }
      |                                  ^
      Write for example: file: Dockerfile.web
      PIPELINE_BAD_TEXT — docs/errors.md#pipeline_bad_text"
  `)
})

test('an expression in the command that validates an image', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - uses: image\n    with: { validate: "node --version ${{ sha }}" }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:39  commands cannot hold \`\${{ }}\`: whoever writes its value could inject commands
      |     with: { validate: "node --version \${{ sha }}" }
      |                                       ^
      Put it into \`env:\` and use the variable in double quotes, for example: "$NARWHAL_BRANCH"
      PIPELINE_EXPRESSION_IN_RUN — docs/errors.md#pipeline_expression_in_run"
  `)
})

test('steps side by side in steps side by side', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - parallel:\n      - npm run lint\n      - parallel: [npm test, npm run e2e]\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:5:9  "parallel" belongs to a step, not to a step of \`parallel\`
      |       - parallel: [npm test, npm run e2e]
      |         ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})

test('other keys beside steps side by side', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - parallel: [npm run lint, npm test]\n    name: Checks\n    timeout: 5m\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:5  "name" cannot stand beside "parallel"
      |     name: Checks
      |     ^
      Write it into each of the steps that run side by side.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:5:5  "timeout" cannot stand beside "parallel"
      |     timeout: 5m
      |     ^
      Write it into each of the steps that run side by side.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})

test('commands beside steps side by side', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - { parallel: [npm run lint, npm test], run: npm ci }\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:43  there is both "run" and "parallel"
      |   - { parallel: [npm run lint, npm test], run: npm ci }
      |                                           ^
      Make them steps of their own under \`steps\`, or remove one of them.
      PIPELINE_RUN_AND_STEPS — docs/errors.md#pipeline_run_and_steps"
  `)
})

test('nothing side by side', () => {
  expect(problemsOf('image: node:24\nsteps:\n  - parallel: []\n')).toMatchInlineSnapshot(`
    "narwhal.yml:3:15  "parallel" is empty
      |   - parallel: []
      |               ^
      Write for example: parallel: [npm run lint, npm test]
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty"
  `)
})

test('more steps than a job can have, counting those side by side', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n  - parallel: [a, b, c, d, e, f, g, h, i, j, k]\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:12:19  the job has 110 steps, with those of "parallel"; 100 is the limit
      |   - parallel: [a, b, c, d, e, f, g, h, i, j, k]
      |                   ^
      Put several commands into one \`run: |\`.
      PIPELINE_OVER_LIMIT — docs/errors.md#pipeline_over_limit"
  `)
})

test('keys of a job in a step', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - run: npm test\n    services: { db: postgres:17 }\n    needs: [lint]\n    cache: [~/.npm]\n    matrix: { node: [22] }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:5  "services" belongs to a job, not to a step
      |     services: { db: postgres:17 }
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:5:5  "needs" belongs to a job, not to a step
      |     needs: [lint]
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:6:5  "cache" belongs to a job, not to a step
      |     cache: [~/.npm]
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:7:5  "matrix" belongs to a job, not to a step
      |     matrix: { node: [22] }
      |     ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced"
  `)
})

test('sidecars that lack an image or have keys of steps', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: npm test\nservices:\n  db: { env: { POSTGRES_PASSWORD: test } }\n  cache: { image: redis:8, run: redis-server, ports: [6379] }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:7  a sidecar has no "image"
      |   db: { env: { POSTGRES_PASSWORD: test } }
      |       ^
      Write for example: db: postgres:17
      PIPELINE_KEY_MISSING — docs/errors.md#pipeline_key_missing

    narwhal.yml:5:28  "run" belongs to a step or a job, not to a sidecar
      |   cache: { image: redis:8, run: redis-server, ports: [6379] }
      |                            ^
      Move it there, or remove it.
      PIPELINE_KEY_MISPLACED — docs/errors.md#pipeline_key_misplaced

    narwhal.yml:5:47  unknown key "ports" in a sidecar
      |   cache: { image: redis:8, run: redis-server, ports: [6379] }
      |                                               ^
      A sidecar takes: image, env, ready, resources.
      PIPELINE_UNKNOWN_KEY — docs/errors.md#pipeline_unknown_key"
  `)
})

test('names that no host has', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: npm test\nservices: { Db: postgres, my_db: postgres, -db: postgres, a.b: postgres }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:13  "Db" is no name for a host
      | services: { Db: postgres, my_db: postgres, -db: postgres, a.b: postgres }
      |             ^
      Use lower-case letters, digits and -, 63 at the most; begin and end with a letter or digit, for example: db
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:3:27  "my_db" is no name for a host
      | services: { Db: postgres, my_db: postgres, -db: postgres, a.b: postgres }
      |                           ^
      Use lower-case letters, digits and -, 63 at the most; begin and end with a letter or digit, for example: db
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:3:44  "-db" is no name for a host
      | services: { Db: postgres, my_db: postgres, -db: postgres, a.b: postgres }
      |                                            ^
      Use lower-case letters, digits and -, 63 at the most; begin and end with a letter or digit, for example: db
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name

    narwhal.yml:3:59  "a.b" is no name for a host
      | services: { Db: postgres, my_db: postgres, -db: postgres, a.b: postgres }
      |                                                           ^
      Use lower-case letters, digits and -, 63 at the most; begin and end with a letter or digit, for example: db
      PIPELINE_BAD_NAME — docs/errors.md#pipeline_bad_name"
  `)
})
