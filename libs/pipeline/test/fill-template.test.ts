import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ExpressionFacts, fillDefinition, fillTemplate, nextWaiting } from '../index.ts'
import { planOf, push } from './plan-of.ts'

const facts: ExpressionFacts = {
  commit: { ...push, author: 'Ada' },
  matrix: { node: '24' },
  inputs: { target: 'a"b', note: '' },
  needs: { build: { outcome: 'passed', outputs: { V: '1.2' } } },
}

test.each([
  ['plain $X {{ }}', 'plain $X {{ }}'],
  ['node:${{ matrix.node }}-${{branch}}', 'node:24-main'],
  ['${{ int(matrix.node) + 1 }} ${{ 1.5 }} ${{ branch == "main" }}', '25 1.5 true'],
  ['${{ "${{ a }}" }}', '${{ a }}'],
  ['v${{ needs.build.outputs.V }}', 'v1.2'],
  ['${{ author }}${{ inputs.note }}', 'Ada'],
])('%j becomes %j', (template, text) => {
  expect(fillTemplate(template, facts)).toEqual({ text })
})

test.each([
  ['${{ needs.build.outputs.X }}', 'wrote no output "X"'],
  ['${{ int(branch) }}', 'cannot be answered'],
  ['${{ branch', 'cannot be read'],
  ['${{ brunch }}', 'cannot be read'],
  ['${{ "\\u0000" }}', 'NUL'],
])('%j cannot be filled', (template, fault) => {
  expect(fillTemplate(template, facts)).toEqual({ fault: expect.stringContaining(fault) })
})

test('what reads needs is kept, with the inputs as they are', () => {
  const template = '${{ branch }} ${{ needs.build.outputs.V + inputs.target }} ${{ sha }}'

  const kept = fillTemplate(template, facts, { keep: 'needs' })

  expect(kept).toEqual({ text: `main \${{ needs.build.outputs.V + "a\\"b" }} ${push.sha}` })
})

test('a value is never read as a template, whatever it holds', () => {
  const piece = fc.constantFrom('$', '{', '}', '{{', '${{', '}}', ' needs.build.outputs.V ', 'x', '"')
  const value = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(value, value, (author, node) => {
      const hostile = { ...facts, commit: { ...facts.commit, author }, matrix: { node } }
      const first = fillTemplate('${{ author }}${{ matrix.node }}/${{ needs.build.outputs.V }}{', hostile, {
        keep: 'needs',
      })

      const second = fillTemplate('text' in first ? first.text : '', facts)

      expect(second).toEqual({ text: `${author}${node}/1.2{` })
    }),
  )
})

test('a filled text has a limit', () => {
  const needs = { build: { outcome: 'passed', outputs: { V: 'x'.repeat(16_384) } } } as const

  expect(fillTemplate('${{ needs.build.outputs.V }}'.repeat(9), { ...facts, needs })).toHaveProperty('fault')
})

const fillable = `
image: node:24
jobs:
  build: make
  test:
    needs: build
    image: node:\${{ needs.build.outputs.V }}
    env: { V: "\${{ needs.build.outputs.V }}", WHO: "\${{ author }}" }
    services: { db: { image: "db:\${{ needs.build.outputs.V }}", env: { A: "\${{ needs.build.outputs.V }}" } } }
    cache: { path: [a], key: "k-\${{ needs.build.outputs.V }}" }
    steps:
      - name: With \${{ needs.build.outputs.V }}
        image: alpine:\${{ needs.build.outputs.V }}
        run: 'true'
      - uses: image
        with: { context: "web/\${{ needs.build.outputs.V }}", tags: ["a:\${{ needs.build.outputs.V }}"], args: { V: "\${{ needs.build.outputs.V }}" } }
`

function testJob() {
  const commit = { ...push, author: '${{ sha }}' }
  const definition = planOf(fillable, { commit }).definitions.find(({ key }) => key === 'test')
  if (definition === undefined) throw new Error('no job "test"')
  return { definition, commit }
}

test('every text of a job is filled before it starts', () => {
  const { definition, commit } = testJob()

  const filled = fillDefinition(definition, {
    commit,
    needs: [{ key: 'build', outcome: 'passed', outputs: { V: '1' } }],
  })

  expect(JSON.stringify(filled)).not.toContain('needs.build')
  expect(filled).toMatchObject({
    definition: {
      image: 'node:1',
      env: { V: '1', WHO: '${{ sha }}' },
      sidecars: [{ image: 'db:1', env: { A: '1' } }],
      cache: [{ key: 'k-1' }],
      steps: [
        { name: 'With 1', image: 'alpine:1', env: { V: '1', WHO: '${{ sha }}' } },
        { work: { with: { context: 'web/1', tags: ['a:1'], args: { V: '1' } } } },
      ],
    },
  })
})

test.each([
  ['1 --privileged', 'The image would be "node:1 --privileged", which is not one word.'],
  ['1\n2', 'is not one word'],
  ['\u202e1', 'is not one word'],
  ['../../..', 'The context would be "web/../../..", which is not below the workspace.'],
  ['../../${{/..', 'The context would be "web/../../${{/..", which is not below the workspace.'],
  ['1 ${{', 'is not one word'],
])('an output %j that does not fit its place is refused', (V, fault) => {
  const { definition, commit } = testJob()

  const filled = fillDefinition(definition, { commit, needs: [{ key: 'build', outcome: 'passed', outputs: { V } }] })

  expect(filled).toEqual({ fault: expect.stringContaining(fault) })
})

test('an author of whom only git tells is known wherever an expression reads it', () => {
  const text = `
image: node:24
jobs:
  build: make
  test:
    needs: build
    if: author == "Ada" && success
    env: { WHO: "\${{ author + needs.build.outcome }}" }
    steps: [{ run: test, if: author == "Ada" }]
`
  const { plan, definitions } = planOf(text, { commit: { ...push, author: 'Ada' } })
  const [, planned] = plan.jobs
  const [, definition] = definitions
  const build = {
    key: 'build',
    name: 'build',
    outcome: 'passed',
    outputs: {},
    code: undefined,
    allowFailure: false,
  } as const
  if (planned === undefined || definition === undefined) throw new Error('no job "test"')

  expect(nextWaiting(planned, { commit: push, needs: [build], isCancelled: false })).toMatchObject({ next: 'release' })
  expect(fillDefinition(definition, { commit: push, needs: [build] })).toMatchObject({
    definition: { env: { WHO: 'Adapassed' }, steps: [{ if: '"Ada" == "Ada"' }] },
  })
})
