import { expect, test } from 'vitest'
import { fillDefinition } from '../index.ts'
import { answerOf, planOf, planProblemsOf, push } from './plan-of.ts'

function jobsOf(text: string, known: Parameters<typeof planOf>[1] = {}) {
  return planOf(text, known).plan.jobs
}

test('a file of one job is a plan of one job', () => {
  const { plan, definitions } = planOf('image: node:24\nsteps: [npm ci, { name: Tests, run: npm test }]\n')

  expect(plan).toEqual({
    jobs: [
      {
        name: 'build',
        key: 'build',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        steps: ['npm ci', 'Tests'],
        needs: [],
        labels: [],
        priority: 'normal',
        lost: 'rerun',
        allowFailure: false,
        secrets: [],
      },
    ],
  })
  expect(definitions).toHaveLength(1)
  expect(definitions[0]).toMatchObject({ name: 'build', key: 'build', needs: [], matrix: {} })
})

test('everything that the dispatcher must know of a job is in the plan', () => {
  const [job] = jobsOf(`
image: a
priority: background
secrets: [A]
jobs:
  deploy:
    steps: [{ run: x, secrets: { T: B } }, { run: y, secrets: [A, C] }]
    runs-on: [os=linux, gpu]
    track: ruby
    priority: high
    retry: { max: 2, on: [75, timeout], delay: 30s }
    allow-failure: true
    concurrency: { group: "deploy-\${{ branch }}", limit: 2, cancel: superseded }
    environment: production
    approval: [ada]
`)

  expect(job).toMatchObject({
    labels: ['os=linux', 'gpu'],
    track: 'ruby',
    priority: 'high',
    lost: 'fail',
    retry: { max: 2, delayMs: 30_000, on: { exitCodes: [75], classes: ['timeout'] } },
    allowFailure: true,
    concurrency: { group: 'deploy-main', limit: 2, cancelSuperseded: true },
    environment: 'production',
    approval: ['ada'],
    secrets: ['A', 'B', 'C'],
  })
})

test('the concurrency of a file is that of the build', () => {
  const { plan } = planOf('concurrency: "ci-${{ branch }}"\nimage: a\njobs: { a: b }\n')

  expect(plan.concurrency).toEqual({ group: 'ci-main', limit: 1, cancelSuperseded: false })
  expect(plan.jobs[0]).not.toHaveProperty('concurrency')
})

test.each([
  ['a job without a name', 'a: { run: x }', ['a']],
  ['a name', 'a: { name: Unit tests, run: x }', ['Unit tests']],
  ['a matrix', 'a: { matrix: { n: [1, 2], m: [x] }, run: x }', ['a (1, x)', 'a (2, x)']],
  [
    'a name that tells cells apart',
    'a: { name: "Node ${{ matrix.n }}", matrix: { n: [1, 2] }, run: x }',
    ['Node 1', 'Node 2'],
  ],
  ['a name that does not', 'a: { name: Tests, matrix: { n: [1, 2] }, run: x }', ['Tests (1)', 'Tests (2)']],
  ['a name that is empty', 'a: { name: "${{ tag }}", run: x }', ['a']],
  ['a name that turns out to be a key', 'a: { name: "${{ branch }}", run: x }\n  main: x', ['main', 'main #2']],
  ['a value of many lines', 'a: { matrix: { n: ["1\\n2"] }, run: x }', ['a (1 2)']],
])('%s names the jobs', (_, jobs, names) => {
  expect(jobsOf(`image: i\njobs:\n  ${jobs}\n`).map(({ name }) => name)).toEqual(names)
})

test('long names are cut, and stay apart', () => {
  const values = `${'x'.repeat(198)}1, ${'x'.repeat(198)}2`
  const names = jobsOf(`image: i\njobs: { a: { matrix: { n: [${values}] }, run: x } }\n`).map(({ name }) => name)

  expect(names.every((name) => name.length <= 200)).toBe(true)
  expect(new Set(names).size).toBe(2)
})

test('a job needs all cells of the jobs that it names, and globs name many', () => {
  const jobs = jobsOf(`
image: i
jobs:
  lint: x
  test-a: { matrix: { n: [1, 2] }, run: x }
  test-b: x
  test-all: { needs: ["test-*", lint], run: x }
`)

  expect(jobs.at(-1)?.needs).toEqual(['lint', 'test-a (1)', 'test-a (2)', 'test-b'])
})

test('cells have their own values in every text', () => {
  const { definitions } = planOf(`
image: node:\${{ matrix.node }}
jobs:
  test:
    matrix: { node: [22, 24], include: [{ node: 24, flag: --new }] }
    env: { FLAG: "\${{ matrix.flag }}", SHA: "\${{ sha }}" }
    services: { db: "db:\${{ matrix.node }}" }
    run: npm test
`)

  expect(definitions.map(({ image, env, sidecars, matrix }) => [image, env.FLAG, sidecars[0]?.image, matrix])).toEqual([
    ['node:22', '', 'db:22', { node: '22' }],
    ['node:24', '--new', 'db:24', { node: '24', flag: '--new' }],
  ])
  expect(definitions[0]?.env.SHA).toBe(push.sha)
})

test('fail-fast is told of its cells alone', () => {
  const jobs = jobsOf(
    'image: i\njobs: { a: { matrix: { n: [1], fail-fast: true }, run: x }, b: { matrix: { n: [1] }, run: x } }\n',
  )

  expect(jobs.map(({ failFast }) => failFast)).toEqual([true, undefined])
})

test.each([
  ['branch == "main"', {}],
  ['branch == "next"', { skipped: 'Its condition does not hold: branch == "next"' }],
  ['false', { skipped: 'Its condition does not hold: false' }],
  ['true', {}],
  ['changed("src")', {}],
  ['changed("docs")', { skipped: 'Its condition does not hold: changed("docs")' }],
  ['matrix.n == "2"', { skipped: 'Its condition does not hold: matrix.n == "2"' }],
  ['always', { condition: { expression: 'always', changed: {}, matrix: { n: '1' } } }],
  [
    'failure && changed("src/**")',
    { condition: { expression: 'failure && changed("src/**")', changed: { 'src/**': true }, matrix: { n: '1' } } },
  ],
  [
    'needs.a.outcome == "passed"',
    { condition: { expression: 'needs.a.outcome == "passed"', changed: {}, matrix: { n: '1' } } },
  ],
])('`if: %s` is answered as soon as it can be', (expression, expected) => {
  const text = `image: i\njobs:\n  a: x\n  b: { needs: a, matrix: { n: [1] }, if: '${expression}', run: x }\n`

  const job = jobsOf(text, { changes: ['src/a.ts'] }).at(-1)

  expect({ ...job, ...expected }).toEqual(job)
  expect([job?.condition === undefined, job?.skipped === undefined]).toEqual([
    !('condition' in expected),
    !('skipped' in expected),
  ])
})

test('inputs in a condition for later are written as they are', () => {
  const text = `on: { manual: { inputs: { target: { default: 'a"b' } } } }
image: i
jobs: { a: { if: 'failure && inputs.target != ""', run: x } }
`
  expect(jobsOf(text, { commit: { ...push, trigger: 'manual' } })[0]?.condition?.expression).toBe(
    'failure && "a\\"b" != ""',
  )
})

test('a condition that cannot be answered is a problem of the file', () => {
  expect(planProblemsOf('image: i\njobs:\n  a:\n    if: int(branch) == 1\n    run: x\n')).toEqual([
    expect.stringMatching(/^narwhal\.yml:4:9 PIPELINE_UNANSWERED The expression cannot be answered/),
  ])
})

test('a text that does not fit its place once it is filled is a problem of the file', () => {
  const text = 'image: "node:${{ matrix.n }}"\njobs:\n  a: { matrix: { n: ["2 4"] }, run: x }\n'

  expect(planProblemsOf(text)).toEqual([
    'narwhal.yml:3:3 PIPELINE_UNANSWERED "a" cannot be planned: The image would be "node:2 4", which is not one word.',
  ])
})

test('an empty group of concurrency is a problem of the file', () => {
  const file = 'concurrency: "${{ tag }}"\nimage: i\nrun: x\n'
  const job = 'image: i\njobs:\n  a:\n    concurrency: "${{ tag }}"\n    run: x\n'

  expect(planProblemsOf(file)).toEqual(['narwhal.yml:1:14 PIPELINE_UNANSWERED the group is empty'])
  expect(planProblemsOf(job)).toEqual([
    'narwhal.yml:4:18 PIPELINE_UNANSWERED "a" cannot be planned: The group is empty.',
  ])
})

test('changes are asked for only by conditions that ask for them', () => {
  const file = (condition: string) => `image: i\njobs: { a: { if: '${condition}', run: x } }\n`

  expect(answerOf(file('changed("a")'))).toEqual({ wants: { changes: true } })
  expect(answerOf(file('branch == "main"'))).toHaveProperty('plan')
})

test('the definitions are the same for the plan and for the runner of a job, which needs neither changes nor images', () => {
  const text = `
image: i
jobs:
  a: { paths: src, if: changed("src"), run: x }
  b: { needs: a, env: { V: "\${{ needs.a.outputs.V }}" }, run: y }
`
  const tree = [{ path: 'src/a', mode: '100644', oid: '1' }]
  const planned = planOf(text, { changes: [], tree, images: { i: 'sha256:1' } })

  const defined = planOf(text, { purpose: 'definitions' })

  expect(defined.definitions).toEqual(planned.definitions)
  expect(defined.plan.jobs.map(({ digest }) => digest)).toEqual(planned.plan.jobs.map(({ digest }) => digest))
})

test('what is kept for the second filling is filled from the needed jobs', () => {
  const text =
    'image: i\njobs:\n  a: x\n  b: { needs: a, env: { V: "${{ needs.a.outputs.V }}-${{ branch }}" }, run: y }\n'
  const definition = planOf(text).definitions[1]
  if (definition === undefined) throw new Error('no job "b"')

  const filled = fillDefinition(definition, {
    commit: push,
    needs: [{ key: 'a', outcome: 'passed', outputs: { V: '1' } }],
  })

  expect(definition.env.V).toBe('${{ needs.a.outputs.V }}-main')
  expect(filled).toMatchObject({ definition: { env: { V: '1-main' }, steps: [{ env: { V: '1-main' } }] } })
})

test('a broken file is answered with its problems, and no file with the wish for one', () => {
  expect(planProblemsOf('imag: a\nrun: b\n')).toContainEqual(expect.stringContaining('PIPELINE_UNKNOWN_KEY'))
  expect(answerOf('image: a\njobs: { a: { needs: b, run: x } }\n')).toHaveProperty('problems')
})
