import { expect, test } from 'vitest'
import type { JobTemplate } from '../index.ts'
import { jobOf, pipelineOf } from './pipeline-of.ts'

const written: readonly (readonly [string, Partial<JobTemplate>])[] = [
  ['name: Unit tests', { name: 'Unit tests' }],
  ['image: ruby:3', { image: 'ruby:3' }],
  ['if: branch == "main"', { if: 'branch == "main"' }],
  ['if: false', { if: 'false' }],
  ['paths: src/**', { paths: ['src/**'] }],
  ['paths: [src/**, "!src/docs/**"]', { paths: ['src/**', '!src/docs/**'] }],
  ['services: { db: postgres }', { sidecars: [{ host: 'db', image: 'postgres', env: {}, resources: {} }] }],
  [
    'services: { db: { image: a, env: { B: 1 }, ready: c, resources: { cpu: 0.5 } } }',
    { sidecars: [{ host: 'db', image: 'a', env: { B: '1' }, ready: 'c', resources: { cpu: 0.5 } }] },
  ],
  [
    'matrix: { a: [1.10, x], include: [{ a: 2, b: true }], exclude: [{ a: x }], fail-fast: true }',
    {
      matrix: {
        axes: { a: ['1.10', 'x'] },
        include: [{ a: '2', b: 'true' }],
        exclude: [{ a: 'x' }],
        failFast: true,
      },
    },
  ],
  ['cache: ~/.npm', { cache: [{ paths: ['~/.npm'], scope: 'branch' }] }],
  ['cache: [a, /b]', { cache: [{ paths: ['a', '/b'], scope: 'branch' }] }],
  [
    'cache: [a, { path: b, key: "${{ sha }}", scope: repository }, c]',
    {
      cache: [
        { paths: ['a', 'c'], scope: 'branch' },
        { paths: ['b'], key: '${{ sha }}', scope: 'repository' },
      ],
    },
  ],
  [
    'cache: { path: [a], key: { files: x.lock } }',
    { cache: [{ paths: ['a'], key: { files: ['x.lock'] }, scope: 'branch' }] },
  ],
  ['artifacts: dist/**', { artifacts: { paths: ['dist/**'], if: 'success', keepMs: 2_592_000_000 } }],
  [
    'artifacts: { paths: [a, b], if: always, keep: 7d }',
    { artifacts: { paths: ['a', 'b'], if: 'always', keepMs: 604_800_000 } },
  ],
  ['reports: a.xml', { reports: { junit: ['a.xml'], coverage: [], annotations: [] } }],
  [
    'reports: { junit: [a, b], coverage: c, annotations: d }',
    { reports: { junit: ['a', 'b'], coverage: ['c'], annotations: ['d'] } },
  ],
  ['timeout: { silence: 5m }', { timeout: { totalMs: 3_600_000, silenceMs: 300_000 } }],
  ['timeout: { total: 2h, silence: 5m }', { timeout: { totalMs: 7_200_000, silenceMs: 300_000 } }],
  ['retry: 2', { retry: { max: 2, delayMs: 0 } }],
  [
    'retry: { max: 1, on: [75, timeout, out-of-memory], delay: 30s }',
    { retry: { max: 1, on: { exitCodes: [75], classes: ['timeout', 'out-of-memory'] }, delayMs: 30_000 } },
  ],
  ['allow-failure: true', { allowFailure: true }],
  ['concurrency: web', { concurrency: { group: 'web', limit: 1, cancelSuperseded: false } }],
  [
    'concurrency: { group: "${{ branch }}", limit: 2, cancel: superseded }',
    { concurrency: { group: '${{ branch }}', limit: 2, cancelSuperseded: true } },
  ],
  ['runs-on: os=linux', { labels: ['os=linux'] }],
  ['runs-on: [os=linux, gpu]', { labels: ['os=linux', 'gpu'] }],
  ['track: ruby', { track: 'ruby' }],
  ['priority: background', { priority: 'background' }],
  [
    'resources: { cpu: 1.5, memory: 1GiB, pids: 100, disk: 2GiB }',
    { resources: { cpu: 1.5, memoryBytes: 1_073_741_824, pids: 100, diskBytes: 2_147_483_648 } },
  ],
  ['network: none', { network: 'none' }],
  ['environment: production', { environment: 'production', lost: 'fail' }],
  ['{ environment: production, lost: rerun }', { environment: 'production', lost: 'rerun' }],
  ['approval: true', { approval: [] }],
  ['approval: [ada, bob]', { approval: ['ada', 'bob'] }],
  ['lost: fail', { lost: 'fail' }],
  ['clone: false', { clone: false }],
  ['clone: { depth: 0, lfs: true }', { clone: { depth: 0, tags: false, submodules: false, lfs: true } }],
  ['dir: web', { dir: 'web' }],
  ['shell: bash -e', { shell: 'bash -e' }],
  ['user: 1000', { user: '1000' }],
  ['user: node:node', { user: 'node:node' }],
  ['privileged: true', { privileged: true }],
]

test.each(written)('a job with %s', (keys, says) => {
  const inside = keys.startsWith('{') ? keys.slice(1, -1) : keys
  const plain = jobOf('image: a\njobs: { test: { run: b } }\n')

  expect(jobOf(`image: a\njobs: { test: { run: b, ${inside} } }\n`)).toEqual({ ...plain, ...says })
})

test('approval: false is the same as none', () => {
  expect(jobOf('image: a\nrun: b\napproval: false\n')).not.toHaveProperty('approval')
})

test('needs keep their order, globs and names of other files', () => {
  const { jobs } = pipelineOf('image: a\ninclude: x/narwhal.yml\njobs: { b: b, c: { needs: ["*", "x:t"], run: c } }\n')

  expect(jobs.map(({ needs }) => needs)).toEqual([[], ['*', 'x:t']])
})

test('keys at the root are defaults of all jobs: five maps merge by key, everything else replaces', () => {
  const [plain, own] = pipelineOf(`
    image: node:24
    env: { A: root, B: root }
    secrets: [ROOT]
    services: { db: postgres, cache: redis }
    resources: { cpu: 1, memory: 1GiB }
    clone: { depth: 0 }
    cache: [a]
    timeout: { total: 5m, silence: 1m }
    matrix: { x: [1] }
    priority: high
    jobs:
      plain: run
      own:
        run: run
        image: ruby:3
        env: { B: job, C: job }
        secrets: { JOB: MINE }
        services: { cache: valkey }
        resources: { cpu: 2 }
        clone: { tags: true }
        cache: [b]
        timeout: 10m
        matrix: { y: [2] }
  `).jobs

  expect(plain).toMatchObject({
    image: 'node:24',
    env: { A: 'root', B: 'root' },
    secrets: { ROOT: 'ROOT' },
    sidecars: [{ host: 'db' }, { host: 'cache', image: 'redis' }],
    clone: { depth: 0, tags: false },
    timeout: { totalMs: 300_000, silenceMs: 60_000 },
    priority: 'high',
  })
  expect(own).toMatchObject({
    image: 'ruby:3',
    env: { A: 'root', B: 'job', C: 'job' },
    secrets: { ROOT: 'ROOT', JOB: 'MINE' },
    sidecars: [{ host: 'db' }, { host: 'cache', image: 'valkey' }],
    resources: { cpu: 2, memoryBytes: 1_073_741_824 },
    clone: { depth: 0, tags: true },
    cache: [{ paths: ['b'] }],
    matrix: { axes: { y: ['2'] } },
    priority: 'high',
  })
  expect(own?.timeout).toEqual({ totalMs: 600_000 })
  expect(own?.matrix?.axes).not.toHaveProperty('x')
})

test.each([
  ['false', 'true', { depth: 1, tags: false, submodules: false, lfs: false }],
  ['{ depth: 0 }', 'true', { depth: 0, tags: false, submodules: false, lfs: false }],
  ['{ depth: 0 }', 'false', false],
  ['false', '{ tags: true }', { depth: 1, tags: true, submodules: false, lfs: false }],
])('clone: %s at the root and clone: %s in the job', (root, own, clone) => {
  expect(jobOf(`image: a\nclone: ${root}\njobs: { test: { run: b, clone: ${own} } }\n`).clone).toEqual(clone)
})

test('concurrency at the root is of the whole build, never a default of jobs', () => {
  const { concurrency, jobs } = pipelineOf('image: a\nconcurrency: web\njobs: { test: b }\n')

  expect(concurrency).toEqual({ group: 'web', limit: 1, cancelSuperseded: false })
  expect(jobs[0]).not.toHaveProperty('concurrency')
})

test('a file that only includes others has no jobs of its own', () => {
  expect(pipelineOf('include: ["*/narwhal.yml"]\n')).toMatchObject({ include: ['*/narwhal.yml'], jobs: [] })
})

test('a default may read what not every job has, if the others say otherwise themselves', () => {
  const file = (ownEnv: string) => `
    image: node:24
    env: { NODE: "\${{ matrix.node }}" }
    jobs:
      lint: { run: a, env: { ${ownEnv}: none } }
      test: { run: b, matrix: { node: [22, 24] } }
  `

  expect(pipelineOf(file('NODE')).jobs).toHaveLength(2)
  expect(() => pipelineOf(file('OTHER'))).toThrow('PIPELINE_UNKNOWN_NAME')
})
