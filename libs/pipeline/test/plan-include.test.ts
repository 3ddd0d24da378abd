import { expect, test } from 'vitest'
import type { PlanRequest } from '../index.ts'
import { answerOf, planOf, planProblemsOf, treeOf } from './plan-of.ts'

const root = `include: services/*
image: i
jobs:
  lint: npm run lint
  all: { needs: ["**:test"], run: x }
`
const api = 'image: api\njobs:\n  build: make\n  test: { needs: build, run: make test }\n'
const web = 'image: web\njobs:\n  test: { needs: [lint, "services/api:build"], run: npm test }\n'
const tree = treeOf(
  'narwhal.yml',
  'services/api/narwhal.yml',
  'services/web/narwhal.yml',
  'services/web/deep/narwhal.yml',
)

function known(files: Readonly<Record<string, string>>, more: Partial<PlanRequest> = {}): Partial<PlanRequest> {
  return { tree, files: Object.entries(files).map(([path, text]) => ({ path, text })), ...more }
}

const both = known({ 'services/web/narwhal.yml': web, 'services/api/narwhal.yml': api })

test('the tree is asked for, then the files that the globs mean', () => {
  expect(answerOf(root)).toEqual({ wants: { tree: true } })
  expect(answerOf(root, { tree })).toEqual({
    wants: { files: ['services/api/narwhal.yml', 'services/web/narwhal.yml'] },
  })
  expect(answerOf(root, known({ 'services/web/narwhal.yml': web }))).toEqual({
    wants: { files: ['services/api/narwhal.yml'] },
  })
})

test.each([
  ['services/*', ['services/api/narwhal.yml', 'services/web/narwhal.yml']],
  ['services/*/narwhal.yml', ['services/api/narwhal.yml', 'services/web/narwhal.yml']],
  ['**', ['services/api/narwhal.yml', 'services/web/deep/narwhal.yml', 'services/web/narwhal.yml']],
  ['services/{web,api}/', ['services/api/narwhal.yml', 'services/web/narwhal.yml']],
  ['services/api', ['services/api/narwhal.yml']],
])('`include: %s` means %j', (glob, files) => {
  expect(answerOf(`include: "${glob}"\nimage: i\nrun: x\n`, { tree })).toEqual({ wants: { files } })
})

test('jobs of nested files have the directory in their keys, in the order of the files', () => {
  const { plan } = planOf(root, both)

  expect(plan.jobs.map(({ key, needs }) => [key, needs])).toEqual([
    ['lint', []],
    ['all', ['services/api:test', 'services/web:test']],
    ['services/api:build', []],
    ['services/api:test', ['services/api:build']],
    ['services/web:test', ['lint', 'services/api:build']],
  ])
})

test('every path of a nested job is below its directory', () => {
  const text = `image: i
jobs:
  build:
    paths: [src, "!src/x", ./a]
    artifacts: [dist/**]
    reports: { junit: r/*.xml, coverage: lcov.info, annotations: a.sarif }
    cache: [node_modules, ~/.npm, { path: b, key: { files: [c.lock] } }]
    if: failure && changed("src/**")
    steps:
      - x
      - { run: y, dir: sub }
      - { uses: image, with: { tags: [a] } }
      - { uses: image, with: { tags: [a], context: docker } }
`
  const { definitions, plan } = planOf('include: app\nimage: i\nrun: x\n', {
    tree: treeOf('app/narwhal.yml', 'app/src/a'),
    files: [{ path: 'app/narwhal.yml', text }],
    changes: ['app/src/a'],
    images: { i: '1' },
  })

  expect(definitions[1]).toMatchObject({
    key: 'app:build',
    dir: 'app',
    paths: ['app/src', '!app/src/x', 'app/a'],
    artifacts: { paths: ['app/dist/**'] },
    reports: { junit: ['app/r/*.xml'], coverage: ['app/lcov.info'], annotations: ['app/a.sarif'] },
    steps: [
      {},
      { dir: 'app/sub' },
      { work: { with: { context: 'app' } } },
      { work: { with: { context: 'app/docker' } } },
    ],
  })
  expect(definitions[1]?.cache.flatMap(({ paths }) => paths).toSorted()).toEqual([
    'app/b',
    'app/node_modules',
    '~/.npm',
  ])
  expect(definitions[1]?.cache.find(({ key }) => key !== undefined)?.key).toEqual({ files: ['app/c.lock'] })
  expect(plan.jobs[1]?.condition).toEqual({
    expression: 'failure && changed("app/src/**")',
    changed: { 'app/src/**': true },
    matrix: {},
  })
})

test('expressions of a nested job read the jobs of its file by their new keys', () => {
  const text = `image: "a:\${{ needs.build.outputs.V }}"
jobs:
  build: { image: i, run: x }
  test:
    needs: build
    if: always && has(needs.build.outputs.V) && needs["build"].outcome == "passed"
    steps: [{ run: y, if: needs.build.outputs.V != "" }]
`
  const { definitions, plan } = planOf(
    root,
    known({ 'services/web/narwhal.yml': text, 'services/api/narwhal.yml': api }),
  )
  const definition = definitions.find(({ key }) => key === 'services/web:test')

  expect(definition?.image).toBe('a:${{ needs["services/web:build"].outputs["V"] }}')
  expect(definition?.steps[0]?.if).toBe('needs["services/web:build"].outputs["V"] != ""')
  expect(plan.jobs.find(({ key }) => key === 'services/web:test')?.condition?.expression).toBe(
    'always && has(needs["services/web:build"].outputs["V"]) && needs["services/web:build"].outcome == "passed"',
  )
})

test('a nested file without `jobs` is one job', () => {
  const { plan } = planOf(
    'include: services/api\nimage: i\nrun: x\n',
    known({ 'services/api/narwhal.yml': 'image: i\nmatrix: { n: [1, 2] }\nrun: y\n' }),
  )

  expect(plan.jobs.map(({ name }) => name)).toEqual(['build', 'services/api:build (1)', 'services/api:build (2)'])
})

test('problems of all files are reported, each with its file', () => {
  const broken = known({
    'services/web/narwhal.yml': 'image: web\njobs: { test: { nedds: x, run: y } }\n',
    'services/api/narwhal.yml': 'imag: web\nrun: y\n',
  })

  const problems = planProblemsOf(root, broken)

  expect(problems.some((one) => one.startsWith('services/web/narwhal.yml:2:17 PIPELINE_UNKNOWN_KEY'))).toBe(true)
  expect(problems.some((one) => one.startsWith('services/api/narwhal.yml:1:1 PIPELINE_UNKNOWN_KEY'))).toBe(true)
})

test('what nobody has in any file is a problem where it is needed', () => {
  const problems = planProblemsOf(
    root,
    known({
      'services/web/narwhal.yml': 'image: web\njobs: { test: { needs: "services/api:biuld", run: y } }\n',
      'services/api/narwhal.yml': 'image: api\njobs:\n  build: make\n  test: { needs: lintt, run: x }\n',
    }),
  )

  expect(problems).toEqual([
    'services/api/narwhal.yml:4:18 PIPELINE_UNKNOWN_JOB no job has the key "services/api:lintt"',
    'services/web/narwhal.yml:2:24 PIPELINE_UNKNOWN_JOB no job has the key "services/api:biuld"',
  ])
})

test('a circle through several files is found', () => {
  const problems = planProblemsOf(
    root,
    known({
      'services/web/narwhal.yml': 'image: web\njobs: { test: { needs: "services/api:test", run: y } }\n',
      'services/api/narwhal.yml': 'image: api\njobs: { test: { needs: "services/web:test", run: y } }\n',
    }),
  )

  expect(problems).toEqual([
    expect.stringContaining(
      'PIPELINE_NEEDS_CIRCLE these jobs wait for one another: services/api:test → services/web:test',
    ),
  ])
})

test.each([
  [
    'a glob that finds nothing',
    '[services/*, libs/*]',
    tree,
    'narwhal.yml:1:23 PIPELINE_BAD_INCLUDE no narwhal.yml matches "libs/*"',
  ],
  [
    'a directory with a strange name',
    '"**"',
    treeOf('a b/narwhal.yml'),
    'narwhal.yml:1:10 PIPELINE_BAD_INCLUDE "a b" cannot be',
  ],
  ['an expression for a name', '"**"', treeOf('${{ sha }}/narwhal.yml'), 'PIPELINE_BAD_INCLUDE "${{ sha }}" cannot be'],
  ['a link', '"**"', [{ path: 'a/narwhal.yml', mode: '120000', oid: '1' }], 'PIPELINE_BAD_INCLUDE no narwhal.yml'],
  [
    'too many files',
    '"**"',
    treeOf(...Array.from({ length: 101 }, (_, n) => `d${n}/narwhal.yml`)),
    'PIPELINE_OVER_LIMIT',
  ],
])('to include %s is a problem', (_, globs, files, problem) => {
  const problems = planProblemsOf(`include: ${globs}\nimage: i\nrun: x\n`, { tree: files })

  expect(problems).toEqual([expect.stringContaining(problem)])
})

test('a nested file includes nothing, and starts no builds', () => {
  const problems = planProblemsOf(
    'include: services/api\nimage: i\nrun: x\n',
    known({ 'services/api/narwhal.yml': 'on: push\ninclude: x\nimage: i\nrun: y\n' }),
  )

  expect(problems).toHaveLength(2)
})

test('the files together have the limit of a build', () => {
  const many = `image: i\nmatrix: { n: [${Array.from({ length: 200 }, (_, n) => n).join(', ')}] }\nrun: x\n`

  const problems = planProblemsOf(root, known({ 'services/web/narwhal.yml': many, 'services/api/narwhal.yml': many }))

  expect(problems).toContainEqual(expect.stringMatching(/^services\/web\/narwhal.yml:\d+:\d+ PIPELINE_OVER_LIMIT with/))
})
