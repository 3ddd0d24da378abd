import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { type Form, PipelineFile, parsePipeline } from '../index.ts'
import { jobOf, pipelineOf } from './pipeline-of.ts'
import { problemsOf } from './problems-of.ts'

test('an image and a command are a pipeline of one job and one step, with every default filled in', () => {
  expect(pipelineOf('image: node:24\nrun: npm ci && npm test\n')).toEqual({
    on: { push: {}, pullRequest: {}, manual: { inputs: {} }, api: {} },
    include: [],
    jobs: [
      {
        key: 'build',
        image: 'node:24',
        steps: [
          {
            name: 'npm ci && npm test',
            work: { run: 'npm ci && npm test' },
            env: {},
            secrets: {},
            allowFailure: false,
          },
        ],
        needs: [],
        env: {},
        secrets: {},
        sidecars: [],
        cache: [],
        reports: { junit: [], coverage: [], annotations: [] },
        timeout: { totalMs: 3_600_000 },
        allowFailure: false,
        labels: [],
        priority: 'normal',
        resources: {},
        network: 'outbound',
        lost: 'rerun',
        clone: { depth: 1, tags: false, submodules: false, lfs: false },
        privileged: false,
      },
    ],
  })
})

test('the example in the repository is a pipeline and has every key', () => {
  const text = readFileSync(new URL('../../../narwhal.yml.example', import.meta.url), 'utf8')

  const missing = [...keysOfForm(PipelineFile)].filter((key) => !keysOfValue(load(text)).has(key))

  expect(missing).toEqual([])
  expect(pipelineOf(text).jobs.map(({ key }) => key)).toEqual(['lint', 'types', 'test', 'web', 'deploy'])
})

function keysOfForm({ properties = {}, patternProperties = {}, anyOf = [], items }: Form): ReadonlySet<string> {
  const inner = [...Object.values(properties), ...Object.values(patternProperties), ...anyOf, ...(items ? [items] : [])]
  return new Set([...Object.keys(properties), ...inner.flatMap((form) => [...keysOfForm(form)])])
}

function keysOfValue(value: unknown): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return new Set()
  const own = Array.isArray(value) ? [] : Object.keys(value)
  return new Set([...own, ...Object.values(value).flatMap((part) => [...keysOfValue(part)])])
}

test('a text is a command, a list are steps, a map is the full form', () => {
  const { jobs } = pipelineOf('image: a\njobs:\n  text: x\n  list: [x, { run: y }]\n  map: { run: x }\n')

  const runs = jobs.map(({ key, steps }) => [key, ...steps.map(({ work }) => work)])
  expect(runs).toEqual([
    ['text', { run: 'x' }],
    ['list', { run: 'x' }, { run: 'y' }],
    ['map', { run: 'x' }],
  ])
})

test('environment values arrive as they stand in the file', () => {
  const { env } = jobOf('image: a\nrun: b\nenv: { A: 1.10, B: True, C: 0x1F, D: "", E: no, F: 1e3, G: "x" }\n')

  expect(env).toEqual({ A: '1.10', B: 'True', C: '0x1F', D: '', E: 'no', F: '1e3', G: 'x' })
})

test('an alias stands for what its anchor marks', () => {
  const { steps } = jobOf('image: a\nenv: &all { A: 1 }\nsteps:\n  - { run: &test npm test, env: *all }\n  - *test\n')

  expect(steps).toMatchObject([
    { name: 'npm test', work: { run: 'npm test' }, env: { A: '1' } },
    { name: 'npm test', work: { run: 'npm test' }, env: { A: '1' } },
  ])
})

test('a byte order mark and Windows line ends are fine, and move no position', () => {
  expect(jobOf('\uFEFFimage: node:24\r\nrun: npm test\r\n').image).toBe('node:24')
  expect(problemsOf('\uFEFFimage: node:24\r\nrunn: npm test\r\n')).toContain('narwhal.yml:2:1  unknown key "runn"')
  expect(problemsOf('\uFEFFimge: node:24\r\nrun: npm test\r\n')).toContain('narwhal.yml:1:1  unknown key "imge"')
})

test.each([
  ['npm test', 'npm test'],
  ['\\n\\n  npm ci\\n  npm test', 'npm ci'],
  ['echo \\e[31mred', 'echo  [31mred'],
  [`${'x'.repeat(79)}😀😀`, `${'x'.repeat(79)}😀`],
])('a step without a name is called by its first line: %j', (run, name) => {
  expect(jobOf(`image: a\nrun: "${run}"\n`).steps[0]?.name).toBe(name)
})

test.each([
  ['1s', 1_000],
  ['30s', 30_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['1h1m1s', 3_661_000],
  ['90m', 5_400_000],
  ['24h', 86_400_000],
  ['1d', 86_400_000],
])('%s is a duration', (timeout, totalMs) => {
  expect(jobOf(`image: a\nrun: b\ntimeout: ${timeout}\n`).timeout).toEqual({ totalMs })
})

test.each(['0s', '24h1s', '1441m', '30', '1.5h', '30m1h', '1h 30m', '-1m', 'm', '5M', '2d', '99999999999h'])(
  '%s is no duration for a timeout',
  (timeout) => {
    expect(problemsOf(`image: a\nrun: b\ntimeout: ${timeout}\n`)).toContain('PIPELINE_BAD_DURATION')
  },
)

test.each([
  ['512MiB', 536_870_912],
  ['2GiB', 2_147_483_648],
  ['1.5GiB', 1_610_612_736],
  ['1024KiB', 1_048_576],
  ['64TiB', 70_368_744_177_664],
])('%s is a size', (memory, memoryBytes) => {
  expect(jobOf(`image: a\nrun: b\nresources: { memory: ${memory} }\n`).resources).toEqual({ memoryBytes })
})

test.each(['512', '512MB', '2G', '1GiB ', 'GiB', '-1GiB', '65TiB', '1023KiB', '1e3GiB'])('%j is no size', (memory) => {
  expect(problemsOf(`image: a\nrun: b\nresources: { memory: "${memory}" }\n`)).toContain('PIPELINE_BAD_SIZE')
})

test('problems name the file that was given', () => {
  const parsed = parsePipeline('run: a', { file: 'ci/narwhal.yml' })

  expect(parsed).toMatchObject({ problems: [{ file: 'ci/narwhal.yml', line: 1, column: 1 }] })
})
