import { expect, test } from 'vitest'
import { problemsOf } from './problems-of.ts'

// Files with `${{ }}`, which commands never take and other places do not take yet.

test('an expression inside commands', () => {
  expect(
    problemsOf('image: node:24\nsteps:\n  - npm ci\n  - |\n    npm test\n    echo ${{ branch }}\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:6:10  commands cannot hold \`\${{ }}\`: whoever writes its value could inject commands
      |     echo \${{ branch }}
      |          ^
      Use an environment variable in double quotes instead: "$NARWHAL_BRANCH"
      PIPELINE_EXPRESSION_IN_RUN — docs/errors.md#pipeline_expression_in_run"
  `)
})

test('an expression elsewhere, which comes later', () => {
  expect(
    problemsOf('image: node:${{ matrix.node }}\nname: On ${{ branch }}\nenv: { SHA: "${{ sha }}" }\nrun: npm test\n'),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:1:13  \`\${{ }}\` in "image" is not understood yet by this version
      | image: node:\${{ matrix.node }}
      |             ^
      Write the value itself.
      PIPELINE_EXPRESSION_NOT_YET — docs/errors.md#pipeline_expression_not_yet

    narwhal.yml:2:10  \`\${{ }}\` in "name" is not understood yet by this version
      | name: On \${{ branch }}
      |          ^
      Write the value itself.
      PIPELINE_EXPRESSION_NOT_YET — docs/errors.md#pipeline_expression_not_yet

    narwhal.yml:3:14  \`\${{ }}\` in "SHA" is not understood yet by this version
      | env: { SHA: "\${{ sha }}" }
      |              ^
      Write the value itself.
      PIPELINE_EXPRESSION_NOT_YET — docs/errors.md#pipeline_expression_not_yet"
  `)
})

test('a long line, of which the part around the place is shown', () => {
  expect(
    problemsOf(`image: node:24\nrun: ${'echo '.repeat(30)}\${{ sha }}${' done'.repeat(30)}\n`),
  ).toMatchInlineSnapshot(`
    "narwhal.yml:2:156  commands cannot hold \`\${{ }}\`: whoever writes its value could inject commands
      | …echo echo echo echo echo echo echo echo echo echo echo echo \${{ sha }} done done done done done done done done done done…
      |                                                              ^
      Use an environment variable in double quotes instead: "$NARWHAL_BRANCH"
      PIPELINE_EXPRESSION_IN_RUN — docs/errors.md#pipeline_expression_in_run"
  `)
})
