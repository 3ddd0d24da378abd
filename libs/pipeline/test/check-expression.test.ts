import { expect, test } from 'vitest'
import { checkCondition, checkTemplate, type ExpressionScope } from '../index.ts'

const scope: ExpressionScope = {
  matrix: ['node', 'in'],
  needs: ['build', 'build-image', 'web-*'],
  inputs: ['target'],
  isCondition: true,
}

test.each([
  'branch == "main"',
  "trigger == 'push' && !(branch in ['main', 'next'])",
  'tag.startsWith("v") || ref.endsWith("/x") || author.contains("ada")',
  'matrix.node == "24"',
  'matrix["in"] == "1"',
  'needs.build.outputs.VERSION != ""',
  'needs["build-image"].outputs["VERSION"] != ""',
  'needs . build . outputs . VERSION == "1"',
  'needs["web-shop"].outcome == "failed"',
  'has(needs.build.outputs.VERSION)',
  'inputs.target == "production"',
  'changed("docs/**")',
  'success',
  'failure || cancelled',
  'always && branch == "main"',
  'int(matrix.node) >= 22',
  'size(sha) == 40 && sha.substring(0, 7).lowerAscii() != ""',
  'true',
  'needs.build.outcome == "passed" ? branch == "main" : false',
])('%s is a condition', (text) => {
  expect(checkCondition(text, scope)).toBeUndefined()
})

test.each([
  ['brunch == "main"', 'PIPELINE_UNKNOWN_NAME', 0, 'nothing has the name "brunch"', 'Did you mean branch?'],
  ['branch == main', 'PIPELINE_UNKNOWN_NAME', 10, 'nothing has the name "main"', 'text stands in quotes'],
  ['true && matrix.nod == "1"', 'PIPELINE_UNKNOWN_NAME', 8, 'the matrix has no axis "nod"', 'Did you mean node?'],
  ['needs.biuld.outcome == ""', 'PIPELINE_UNKNOWN_NAME', 0, 'this job does not need "biuld"', 'Did you mean build?'],
  [
    'needs.lint.outcome == ""',
    'PIPELINE_UNKNOWN_NAME',
    0,
    'this job does not need "lint"',
    'build-image, web-*, lint]',
  ],
  ['inputs.targt == ""', 'PIPELINE_UNKNOWN_NAME', 0, 'has no input "targt"', 'Did you mean target?'],
  ['needs.build.output.A == ""', 'PIPELINE_BAD_EXPRESSION', 0, 'needs is not read like this', 'needs.job.outputs.KEY'],
  ['(needs).build.outcome == ""', 'PIPELINE_BAD_EXPRESSION', 1, 'needs is not read like this', 'needs.job.outcome'],
  ['needs[branch].outcome == ""', 'PIPELINE_BAD_EXPRESSION', 0, 'needs is not read like this', 'needs.job.outcome'],
  ['matrix == "1"', 'PIPELINE_BAD_EXPRESSION', 0, '"matrix" is no value by itself', 'matrix.name'],
  ['branch.name == "1"', 'PIPELINE_BAD_EXPRESSION', 0, '"branch" has no parts', 'Write branch alone'],
  ['success()', 'PIPELINE_BAD_EXPRESSION', 0, '"success" is no function', 'without parentheses'],
  ['changed(branch)', 'PIPELINE_BAD_EXPRESSION', 0, 'changed() takes one glob in quotes', 'changed("docs/**")'],
  ['changed("a", "b")', 'PIPELINE_BAD_EXPRESSION', 0, 'changed() takes one glob in quotes', 'changed("docs/**")'],
  ['chnaged("a")', 'PIPELINE_BAD_EXPRESSION', 0, 'there is no function "chnaged"', 'Did you mean changed?'],
  ['has(branch)', 'PIPELINE_BAD_EXPRESSION', 0, 'has() takes a name with parts', 'has(needs.build.outputs'],
  ['branch.startWith("a")', 'PIPELINE_BAD_EXPRESSION', 0, 'there is no ".startWith(…)"', 'Did you mean startsWith?'],
  ['branch = "main"', 'PIPELINE_BAD_EXPRESSION', 7, '`=` compares nothing', '=='],
  ['success and failure', 'PIPELINE_BAD_EXPRESSION', 8, 'there is no "and" in expressions', '&&'],
  ['branch == "main', 'PIPELINE_BAD_EXPRESSION', 10, 'a quote is opened and not closed', 'Close it.'],
  ['branch ==', 'PIPELINE_BAD_EXPRESSION', 9, 'the expression ends too early', 'branch == "main"'],
  [' ', 'PIPELINE_BAD_EXPRESSION', 1, 'the expression is empty', 'branch == "main"'],
  ['matrix.in == ""', 'PIPELINE_BAD_EXPRESSION', 7, '"in" cannot stand after a dot', '["name"]'],
  ['${{ success }}', 'PIPELINE_BAD_EXPRESSION', 0, '`if` is an expression itself', 'without ${{ }}'],
  ['branch', 'PIPELINE_EXPRESSION_TYPE', 0, 'must be true or false; this is a text', 'Compare it'],
  ['matrix.node == 24', 'PIPELINE_EXPRESSION_TYPE', 0, '`==` does not go with a text and a number', 'texts'],
  ['!branch', 'PIPELINE_EXPRESSION_TYPE', 0, '`!` does not go with a text', 'Compare it'],
  ['branch || success', 'PIPELINE_EXPRESSION_TYPE', 0, 'join what is true or false; this is a text', 'Compare it'],
  ['branch in "main"', 'PIPELINE_EXPRESSION_TYPE', 0, '`in` does not go with a text and a text', 'texts'],
] as const)('%s is refused', (text, code, offset, message, hint) => {
  const fault = checkCondition(text, scope)

  expect(fault).toMatchObject({ code, offset })
  expect(fault?.message).toContain(message)
  expect(fault?.hint).toContain(hint)
})

test.each([
  ['a regular expression', 'branch.matches("(a+)+$")'],
  ['a loop', '[1, 2].all(x, [1, 2].all(y, x == y))'],
  ['a binding', 'cel.bind(x, branch + branch, x == x)'],
  ['a map', '{"a": 1} == {"a": 1}'],
  ['a list that is split off', 'branch.split("")[0] == "a"'],
  ['a moment', 'timestamp("2026-01-01T00:00:00Z") == timestamp(0)'],
  ['a type', 'type(branch) == string'],
  ['a chain of prototypes', 'needs.constructor.outputs.prototype == ""'],
  ['a name of the language below', 'toString == ""'],
])('%s is no part of our expressions', (_, text) => {
  expect(checkCondition(text, scope)).toMatchObject({
    code: expect.stringMatching(/^PIPELINE_(?:BAD_EXPRESSION|UNKNOWN_NAME)$/),
  })
})

test.each([
  ['too long', `branch == "${'x'.repeat(1_024)}"`, 'has 1036 characters; 1024 is the limit'],
  ['too deep', `${'('.repeat(100)}true${')'.repeat(100)}`, 'too large or too deep'],
  ['too many parts', `1${'+1'.repeat(400)} == 1`, 'too large or too deep'],
  ['too many values', `${'tag+'.repeat(65)}tag == ""`, 'reads 66 values; 64 is the limit'],
])('an expression that is %s is over the limit', (_, text, message) => {
  expect(checkCondition(text, scope)).toMatchObject({
    code: 'PIPELINE_OVER_LIMIT',
    message: expect.stringContaining(message),
  })
})

test('a job without a matrix, and a place that knows no other jobs, say so', () => {
  const nowhere: ExpressionScope = { matrix: [], needs: undefined, inputs: [], isCondition: true }

  expect(checkCondition('matrix.node == ""', nowhere)?.hint).toBe('This job has no matrix.')
  expect(checkCondition('needs.a.outcome == ""', nowhere)?.message).toBe('nothing is known of other jobs here')
  expect(checkCondition('inputs.a == ""', nowhere)?.hint).toContain('Declare it')
})

test.each([
  'node:${{ matrix.node }}',
  '${{branch}}-${{ sha }}',
  '${{ int(matrix.node) + 1 }} and ${{ branch == "main" }}',
  'a literal ${{ "${{ }}" }} and }} alone',
  'costs $5 {{ braces }}',
  '',
])('%j is a template', (text) => {
  expect(checkTemplate(text, scope)).toBeUndefined()
})

test.each([
  ['node:${{ matrix.nod }}', 'PIPELINE_UNKNOWN_NAME', 9, 'no axis "nod"'],
  ['${{ branch }} ${{ brnch }}', 'PIPELINE_UNKNOWN_NAME', 18, 'nothing has the name "brnch"'],
  ['a ${{ branch', 'PIPELINE_BAD_EXPRESSION', 2, 'is opened and not closed'],
  ['a ${{ "}}"', 'PIPELINE_BAD_EXPRESSION', 2, 'is opened and not closed'],
  ['a ${{ "b }} c', 'PIPELINE_BAD_EXPRESSION', 2, 'a quote is opened in `${{ }}` and not closed'],
  ['a ${{ }}', 'PIPELINE_BAD_EXPRESSION', 6, 'the expression is empty'],
  ['${{ success }}', 'PIPELINE_BAD_EXPRESSION', 4, 'stands only in conditions'],
  ['${{ changed("a") }}', 'PIPELINE_BAD_EXPRESSION', 4, 'stands only in conditions'],
  ['${{ [branch] }}', 'PIPELINE_EXPRESSION_TYPE', 3, 'this is a list'],
  ['${{ null }}', 'PIPELINE_EXPRESSION_TYPE', 3, 'this is nothing'],
] as const)('the template %j is refused where its fault is', (text, code, offset, message) => {
  const fault = checkTemplate(text, scope)

  expect(fault).toMatchObject({ code, offset })
  expect(fault?.message).toContain(message)
})

test.each([
  ['quotes that hide every end', '${{ " }} "'.repeat(12_000)],
  ['quotes that are escaped', `\${{ "${'\\"'.repeat(60_000)}`],
  ['openings', '${{'.repeat(40_000)],
])('a template of a stranger with %s costs little', (_, text) => {
  const before = performance.now()

  expect(checkTemplate(text, scope)).toBeDefined()

  expect(performance.now() - before).toBeLessThan(1_000)
})
