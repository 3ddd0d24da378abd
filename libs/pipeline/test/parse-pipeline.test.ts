import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Pipeline, parsePipeline } from '../index.ts'
import { problemsOf } from './problems-of.ts'

function pipelineOf(text: string): Pipeline | undefined {
  const parsed = parsePipeline(text)
  return 'pipeline' in parsed ? parsed.pipeline : undefined
}

test('an image and a command are a pipeline of one job and one step', () => {
  expect(pipelineOf('image: node:24\nrun: npm ci && npm test\n')).toEqual({
    jobs: [
      {
        name: 'build',
        image: 'node:24',
        env: {},
        timeoutMs: 3_600_000,
        steps: [{ name: 'npm ci && npm test', run: 'npm ci && npm test', env: {} }],
      },
    ],
  })
})

test('the example in the repository has every key and is a pipeline', () => {
  const text = readFileSync(new URL('../../../narwhal.yml.example', import.meta.url), 'utf8')

  expect(pipelineOf(text)).toEqual({
    jobs: [
      {
        name: 'Tests',
        image: 'node:24',
        env: { NODE_ENV: 'test', PORT: '8080' },
        timeoutMs: 900_000,
        steps: [
          { name: 'npm ci', run: 'npm ci', env: {} },
          {
            name: 'Lint and test',
            run: 'npm run lint\nnpm test\n',
            env: { LOG_LEVEL: 'debug' },
            timeoutMs: 600_000,
          },
        ],
      },
    ],
  })
})

test('environment values arrive as they stand in the file', () => {
  const pipeline = pipelineOf('image: a\nrun: b\nenv: { A: 1.10, B: True, C: 0x1F, D: "", E: no, F: 1e3, G: "x" }\n')

  expect(pipeline?.jobs[0]?.env).toEqual({ A: '1.10', B: 'True', C: '0x1F', D: '', E: 'no', F: '1e3', G: 'x' })
})

test('an alias stands for what its anchor marks', () => {
  const pipeline = pipelineOf(
    'image: a\nenv: &all { A: 1 }\nsteps:\n  - { run: &test npm test, env: *all }\n  - *test\n',
  )

  expect(pipeline?.jobs[0]?.steps).toEqual([
    { name: 'npm test', run: 'npm test', env: { A: '1' } },
    { name: 'npm test', run: 'npm test', env: {} },
  ])
})

test('a byte order mark and Windows line ends are fine, and move no position', () => {
  expect(pipelineOf('\uFEFFimage: node:24\r\nrun: npm test\r\n')?.jobs[0]?.image).toBe('node:24')
  expect(problemsOf('\uFEFFimage: node:24\r\nrunn: npm test\r\n')).toContain('narwhal.yml:2:1  unknown key "runn"')
  expect(problemsOf('\uFEFFimge: node:24\r\nrun: npm test\r\n')).toContain('narwhal.yml:1:1  unknown key "imge"')
})

test.each([
  ['npm test', 'npm test'],
  ['\\n\\n  npm ci\\n  npm test', 'npm ci'],
  ['echo \\e[31mred', 'echo  [31mred'],
  [`${'x'.repeat(79)}😀😀`, `${'x'.repeat(79)}😀`],
])('a step without a name is called by its first line: %j', (run, name) => {
  expect(pipelineOf(`image: a\nrun: "${run}"\n`)?.jobs[0]?.steps[0]?.name).toBe(name)
})

test.each([
  ['30s', 30_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['1h30m', 5_400_000],
  ['1h1m1s', 3_661_000],
  ['90m', 5_400_000],
  ['1s', 1_000],
  ['24h', 86_400_000],
])('%s is a duration', (timeout, timeoutMs) => {
  expect(pipelineOf(`image: a\nrun: b\ntimeout: ${timeout}\n`)?.jobs[0]?.timeoutMs).toBe(timeoutMs)
})

test.each(['0s', '24h1s', '1441m', '30', '1.5h', '30m1h', '1h 30m', '-1m', '1d', 'm', '5M', '99999999999h'])(
  '%s is no duration',
  (timeout) => {
    expect(problemsOf(`image: a\nrun: b\ntimeout: ${timeout}\n`)).toContain('PIPELINE_BAD_DURATION')
  },
)

test('problems name the file that was given', () => {
  const parsed = parsePipeline('run: a', { file: 'ci/narwhal.yml' })

  expect(parsed).toMatchObject({ problems: [{ file: 'ci/narwhal.yml', line: 1, column: 1 }] })
})
