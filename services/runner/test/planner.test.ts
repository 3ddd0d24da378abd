import { beforeAll, afterAll, expect, test } from 'vitest'
import type { PlanAnswer, PlanRequest } from '@narwhal/pipeline'
import { isProblem } from '@narwhal/protocol'
import { openPlanner, type Planner } from '../planner/open-planner.ts'

let planner: Planner
beforeAll(() => {
  planner = openPlanner()
})
afterAll(() => planner[Symbol.asyncDispose]())

const mib = 1024 ** 2

/** More than a thread may use, and more work than it has time for, each by what a file may say. */
const bombs: readonly (readonly [string, string])[] = [
  ['ten aliases of ten aliases', aliasBomb(9)],
  ['lists ten thousand deep', `run: ${'['.repeat(10_000)}`],
  ['one byte more than a file may have', `run: ${'x'.repeat(256 * 1024 - 4)}`],
  ['a hundred thousand keys', Array.from({ length: 100_000 }, (_, n) => `k${n}: 1`).join('\n')],
  ['__proto__ as a key', 'image: a\nrun: b\n__proto__: { polluted: true }'],
  ['NUL characters', 'image: "a\\0"\nrun: "\\0"'],
  ['a matrix of 20^20 cells', `image: a\nrun: b\nmatrix:\n${axes(20, 20)}`],
  ['a job that needs everything, 5000 times', manyNeeds(5_000)],
  ['an expression of ten thousand terms', `image: a\nrun: b\nif: ${'success && '.repeat(10_000)}success`],
  ['a glob of a thousand stars', `image: a\nrun: b\nartifacts: ["${'*a'.repeat(1_000)}b"]`],
]

test.each(bombs)('%s is refused in the thread, and the process goes on as it was', async (_, text) => {
  const before = process.memoryUsage().heapUsed

  const answer = await planner.plan(requestOf(text)).catch((error: unknown) => ({ error }))
  const grown = process.memoryUsage().heapUsed - before
  const next = await planner.plan(requestOf('image: a\nrun: b'))

  expect(codesOf(answer)).not.toEqual([])
  expect(grown).toBeLessThan(32 * mib)
  expect(next).toMatchObject({ plan: { jobs: [{ name: 'build' }] } })
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('the largest tree that git may tell of is planned', async () => {
  const text = 'image: a\nrun: b\npaths: ["**/*7*"]'
  const facts = { tree: largestTree(), images: { a: 'sha256:1' } }
  await using patient = openPlanner({ limitMs: 60_000 })

  const answer = await patient.plan({ ...requestOf(text), ...facts })

  expect(answer).toMatchObject({ plan: { jobs: [{ reuseKey: expect.stringMatching(/^[0-9a-f]{64}$/) }] } })
})

test('a plan that takes too long is refused, and what waited behind it is planned by another thread', async () => {
  await using hasty = openPlanner({ limitMs: 1 })
  const long = { ...requestOf('image: a\nrun: b\npaths: ["**/*7*"]'), tree: largestTree(), images: { a: 'sha256:1' } }

  const refused = hasty.plan(long).catch((error: unknown) => error)
  const behind = hasty.plan(long).catch((error: unknown) => error)

  expect(await refused).toMatchObject({ code: 'PIPELINE_TOO_COMPLEX', message: expect.stringContaining('took longer') })
  expect(await behind).toMatchObject({ code: 'PIPELINE_TOO_COMPLEX' })
})

test('a planner that is closed plans nothing more', async () => {
  const closed = openPlanner()
  await closed[Symbol.asyncDispose]()

  await expect(closed.plan(requestOf('image: a\nrun: b'))).rejects.toMatchObject({ code: 'RUNNER_ERROR' })
})

function requestOf(text: string): PlanRequest {
  return {
    purpose: 'plan',
    commit: {
      repository: { host: 'github.com', owner: 'ada', name: 'engine' },
      ref: 'refs/heads/main',
      sha: '1'.repeat(40),
      trigger: 'push',
      message: 'A change',
      author: 'Ada',
    },
    files: [{ path: 'narwhal.yml', text }],
    platform: 'linux/amd64',
  }
}

/** The codes of what is wrong with a file; a plan that could not be made at all has its code. */
function codesOf(answer: PlanAnswer | { readonly error: unknown }): readonly string[] {
  if ('error' in answer) return isProblem(answer.error, 'PIPELINE_TOO_COMPLEX') ? [answer.error.code] : []
  return 'problems' in answer ? answer.problems.map(({ code }) => code) : []
}

function aliasBomb(levels: number): string {
  const lines = Array.from({ length: levels }, (_, n) => `k${n + 1}: &a${n + 1} [${`*a${n},`.repeat(10)}]`)
  return ['k0: &a0 [x]', ...lines].join('\n')
}

function axes(count: number, values: number): string {
  const list = Array.from({ length: values }, (_, n) => n).join(', ')
  return Array.from({ length: count }, (_, n) => `  axis${n}: [${list}]`).join('\n')
}

function manyNeeds(count: number): string {
  const jobs = Array.from({ length: count }, (_, n) => `  j${n}: { run: x, needs: ["j*"] }`)
  return ['image: a', 'jobs:', ...jobs].join('\n')
}

/** As many files as 32 MiB of `git ls-tree` name. */
function largestTree() {
  return Array.from({ length: 300_000 }, (_, n) => ({
    path: `some/directory/of/the/repository/file-${n}.txt`,
    mode: '100644',
    oid: n.toString(16).padStart(40, '0'),
  }))
}
