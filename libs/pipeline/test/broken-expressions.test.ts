import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files with `${{ }}` and `if`.

test('an expression inside commands', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - npm ci\n  - |\n    npm test\n    echo ${{ branch }}\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:6:10  commands cannot hold \`\${{ }}\`: whoever writes its value could inject commands
      |     echo \${{ branch }}
      |          ^
      Put it into \`env:\` and use the variable in double quotes, for example: "$NARWHAL_BRANCH"
      PIPELINE_EXPRESSION_IN_RUN — docs/errors.md#pipeline_expression_in_run"
  `)
})

test('expressions where none can stand', () => {
  expect(
    problemsOf(
      'image: node:24\ndir: ${{ branch }}\nshell: ${{ branch }}\nruns-on: ["os=${{ matrix.os }}"]\nartifacts: ["${{ branch }}/**"]\nenvironment: ${{ branch }}\nrun: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:6  \`\${{ }}\` cannot stand in "dir"
      | dir: \${{ branch }}
      |      ^
      It may stand in \`image\`, \`name\`, \`env\`, \`with\`, \`concurrency\`, the fields of a sidecar and the \`key\` of a cache.
      PIPELINE_EXPRESSION_MISPLACED — docs/errors.md#pipeline_expression_misplaced

    narwhal.yml:3:8  \`\${{ }}\` cannot stand in "shell"
      | shell: \${{ branch }}
      |        ^
      It may stand in \`image\`, \`name\`, \`env\`, \`with\`, \`concurrency\`, the fields of a sidecar and the \`key\` of a cache.
      PIPELINE_EXPRESSION_MISPLACED — docs/errors.md#pipeline_expression_misplaced

    narwhal.yml:4:15  \`\${{ }}\` cannot stand in an entry of "runs-on"
      | runs-on: ["os=\${{ matrix.os }}"]
      |               ^
      It may stand in \`image\`, \`name\`, \`env\`, \`with\`, \`concurrency\`, the fields of a sidecar and the \`key\` of a cache.
      PIPELINE_EXPRESSION_MISPLACED — docs/errors.md#pipeline_expression_misplaced

    narwhal.yml:5:14  \`\${{ }}\` cannot stand in an entry of "artifacts"
      | artifacts: ["\${{ branch }}/**"]
      |              ^
      It may stand in \`image\`, \`name\`, \`env\`, \`with\`, \`concurrency\`, the fields of a sidecar and the \`key\` of a cache.
      PIPELINE_EXPRESSION_MISPLACED — docs/errors.md#pipeline_expression_misplaced

    narwhal.yml:6:14  \`\${{ }}\` cannot stand in "environment"
      | environment: \${{ branch }}
      |              ^
      It may stand in \`image\`, \`name\`, \`env\`, \`with\`, \`concurrency\`, the fields of a sidecar and the \`key\` of a cache.
      PIPELINE_EXPRESSION_MISPLACED — docs/errors.md#pipeline_expression_misplaced"
  `)
})

test('an expression in a condition', () => {
  expect(problemsOf('image: node:24\nif: ${{ branch == "main" }}\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:5  "if" is an expression already
      | if: \${{ branch == "main" }}
      |     ^
      Write it without \`\${{\` and \`}}\`: if: branch == "main"
      PIPELINE_EXPRESSION_MISPLACED — docs/errors.md#pipeline_expression_misplaced"
  `)
})

test('names that there are not', () => {
  expect(
    problemsOf('image: node:24\nname: On ${{ brnch }}\nenv: { SHA: "x${{ shaa }}" }\nrun: npm test\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:14  nothing has the name "brnch"
      | name: On \${{ brnch }}
      |              ^
      Did you mean branch? Known are trigger, branch, tag, ref, sha, author, success, failure, always, cancelled, matrix.…, needs.….outputs.…, inputs.…, changed("…"); text stands in quotes
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name

    narwhal.yml:3:19  nothing has the name "shaa"
      | env: { SHA: "x\${{ shaa }}" }
      |                   ^
      Did you mean sha? Known are trigger, branch, tag, ref, sha, author, success, failure, always, cancelled, matrix.…, needs.….outputs.…, inputs.…, changed("…"); text stands in quotes
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('an axis that only another job has', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  lint: { run: a, env: { NODE: "${{ matrix.node }}" } }\n  test: { run: b, matrix: { node: [22, 24] }, name: "Test ${{ matrix.nod }}" }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:37  the matrix has no axis "node"
      |   lint: { run: a, env: { NODE: "\${{ matrix.node }}" } }
      |                                     ^
      This job has no matrix.
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name

    narwhal.yml:4:63  the matrix has no axis "nod"
      |   test: { run: b, matrix: { node: [22, 24] }, name: "Test \${{ matrix.nod }}" }
      |                                                               ^
      Did you mean node? There is node
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('a default that not every job can read', () => {
  expect(
    problemsOf(
      'image: node:${{ matrix.node }}\njobs:\n  lint: npm run lint\n  test: { run: npm test, matrix: { node: [22, 24] } }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:1:17  the matrix has no axis "node"
      | image: node:\${{ matrix.node }}
      |                 ^
      It is a default: every job that has no "image" of its own must be able to read it.
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('outputs of a job that is not needed', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  build: npm run build\n  deploy: { run: ./deploy.sh, env: { VERSION: "${{ needs.build.outputs.version }}" } }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:52  this job does not need "build"
      |   deploy: { run: ./deploy.sh, env: { VERSION: "\${{ needs.build.outputs.version }}" } }
      |                                                    ^
      To read it, need it: needs: [build]
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('outputs in the name of a job, which must be known before', () => {
  expect(
    problemsOf(
      'image: node:24\njobs:\n  build: npm run build\n  deploy: { needs: build, run: ./deploy.sh, name: "Deploy ${{ needs.build.outputs.version }}" }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:4:63  nothing is known of other jobs here
      |   deploy: { needs: build, run: ./deploy.sh, name: "Deploy \${{ needs.build.outputs.version }}" }
      |                                                               ^
      Read it in the environment, the image or the \`if\` of a job that needs the other.
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('conditions that are none', () => {
  expect(
    problemsOf(
      'image: node:24\nsteps:\n  - { run: a, if: branch = "main" }\n  - { run: b, if: branch }\n  - { run: c, if: matrix.node == 24 }\n  - { run: d, if: "" }\n  - { run: e, if: [success] }\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:3:26  \`=\` compares nothing
      |   - { run: a, if: branch = "main" }
      |                          ^
      Compare with ==
      PIPELINE_BAD_EXPRESSION — docs/errors.md#pipeline_bad_expression

    narwhal.yml:4:19  a condition must be true or false; this is a text
      |   - { run: b, if: branch }
      |                   ^
      Compare it, for example: branch == "main"
      PIPELINE_EXPRESSION_TYPE — docs/errors.md#pipeline_expression_type

    narwhal.yml:5:19  the matrix has no axis "node"
      |   - { run: c, if: matrix.node == 24 }
      |                   ^
      This job has no matrix.
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name

    narwhal.yml:6:19  "if" is empty
      |   - { run: d, if: "" }
      |                   ^
      Write for example: if: branch == "main"
      PIPELINE_EMPTY — docs/errors.md#pipeline_empty

    narwhal.yml:7:19  "if" must be text, true or false, but this is a list
      |   - { run: e, if: [success] }
      |                   ^
      Write for example: if: branch == "main"
      PIPELINE_WRONG_TYPE — docs/errors.md#pipeline_wrong_type"
  `)
})

test('an expression that is never closed', () => {
  expect(problemsOf('image: node:24\nname: On ${{ branch\nrun: npm test\n')).toMatchInlineSnapshot(`
    "narwhal.yml:2:10  \`\${{\` is opened and not closed
      | name: On \${{ branch
      |          ^
      Close it with }}; a \`\${{\` that should stay is written \${{ "\${{" }}
      PIPELINE_BAD_EXPRESSION — docs/errors.md#pipeline_bad_expression"
  `)
})

test('an expression behind escapes, on a folded line and in a block', () => {
  expect(
    problemsOf(
      'image: node:24\nname: "b\\u0041 brnch ${{ brnch }}"\nenv:\n  A: one\n    two ${{ shaa }}\n  B: |\n    one\n    ${{ tagg }}\nrun: npm test\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:26  nothing has the name "brnch"
      | name: "b\\u0041 brnch \${{ brnch }}"
      |                          ^
      Did you mean branch? Known are trigger, branch, tag, ref, sha, author, success, failure, always, cancelled, matrix.…, needs.….outputs.…, inputs.…, changed("…"); text stands in quotes
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name

    narwhal.yml:5:13  nothing has the name "shaa"
      |     two \${{ shaa }}
      |             ^
      Did you mean sha? Known are trigger, branch, tag, ref, sha, author, success, failure, always, cancelled, matrix.…, needs.….outputs.…, inputs.…, changed("…"); text stands in quotes
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name

    narwhal.yml:8:9  nothing has the name "tagg"
      |     \${{ tagg }}
      |         ^
      Did you mean tag? Known are trigger, branch, tag, ref, sha, author, success, failure, always, cancelled, matrix.…, needs.….outputs.…, inputs.…, changed("…"); text stands in quotes
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('the group of a whole build reads nothing of jobs', () => {
  expect(
    problemsOf('image: node:24\nconcurrency: deploy-${{ matrix.node }}\nmatrix: { node: [22] }\nrun: npm test\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:25  the matrix has no axis "node"
      | concurrency: deploy-\${{ matrix.node }}
      |                         ^
      It is about the whole build: it can read branch, tag, trigger and their like.
      PIPELINE_UNKNOWN_NAME — docs/errors.md#pipeline_unknown_name"
  `)
})

test('a long line, of which the part around the place is shown', () => {
  expect(
    problemsOf(
      'image: node:24\nrun: echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo echo ${{ sha }} done done done done done done done done done done done done done done done done done done done done done done done done done done done done done done\n',
    ),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:156  commands cannot hold \`\${{ }}\`: whoever writes its value could inject commands
      | …echo echo echo echo echo echo echo echo echo echo echo echo \${{ sha }} done done done done done done done done done done…
      |                                                              ^
      Put it into \`env:\` and use the variable in double quotes, for example: "$NARWHAL_BRANCH"
      PIPELINE_EXPRESSION_IN_RUN — docs/errors.md#pipeline_expression_in_run"
  `)
})
