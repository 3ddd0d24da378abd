import { expect, test } from 'vitest'
import type { PlanRequest } from '../index.ts'
import { answerOf, planOf, push, treeOf } from './plan-of.ts'

const text = `
image: node:24
jobs:
  lib: { paths: [lib, package.json], run: make }
  app: { paths: [app], needs: lib, run: make app }
  docs: make docs
`
const tree = treeOf('lib/a', 'lib/b', 'app/a', 'package.json', 'README.md')
const known = { tree, images: { 'node:24': 'sha256:1' } } as const

function keys(more: Partial<PlanRequest> = {}, file = text): Readonly<Record<string, string | undefined>> {
  const { plan } = planOf(file, { ...known, ...more })
  return Object.fromEntries(plan.jobs.map(({ key, reuseKey }) => [key, reuseKey]))
}

function changed(
  path: string,
  part: { readonly oid?: string; readonly mode?: string },
): NonNullable<PlanRequest['tree']> {
  return tree.map((file) => (file.path === path ? { ...file, ...part } : file))
}

test('jobs with `paths` have keys, others have none', () => {
  const { lib, app, docs } = keys()

  expect(lib).toMatch(/^[0-9a-f]{64}$/)
  expect(app).toMatch(/^[0-9a-f]{64}$/)
  expect(app).not.toBe(lib)
  expect(docs).toBeUndefined()
})

test.each<[string, Partial<PlanRequest>]>([
  ['another commit of the same content', { commit: { ...push, sha: 'b'.repeat(40), ref: 'refs/heads/x' } }],
  ['files listed in another order', { tree: tree.toReversed() }],
  ['a file that is not declared', { tree: changed('README.md', { oid: 'other' }) }],
  ['the digest of an image that nobody uses', { images: { 'node:24': 'sha256:1', other: '2' } }],
  ['the spelling of the trust', { commit: { ...push, trust: 'trusted' } }],
])('%s changes no key', (_, more) => {
  expect(keys(more)).toEqual(keys())
})

test.each<[string, Partial<PlanRequest>]>([
  ['the content of a file', { tree: changed('lib/a', { oid: 'other' }) }],
  ['the mode of a file', { tree: changed('lib/a', { mode: '100755' }) }],
  ['a new file', { tree: [...tree, ...treeOf('lib/c')] }],
  ['a file that is gone', { tree: tree.filter(({ path }) => path !== 'lib/b') }],
  [
    'a file with another name',
    { tree: tree.map((file) => (file.path === 'lib/a' ? { ...file, path: 'lib/z' } : file)) },
  ],
  ['the content of the image', { images: { 'node:24': 'sha256:2' } }],
  ['the platform', { platform: 'linux/arm64' }],
  ['the trust', { commit: { ...push, trust: 'untrusted' } }],
])('%s changes the key, and those of the jobs that need it', (_, more) => {
  const before = keys()
  const after = keys(more)

  expect(after.lib).toMatch(/^[0-9a-f]{64}$/)
  expect(after.lib).not.toBe(before.lib)
  expect(after.app).not.toBe(before.app)
})

test('the definition is in the key: its commands, its environment, and the names of its secrets', () => {
  const files = [
    text,
    text.replace('run: make }', 'run: make all }'),
    text.replace('run: make }', 'env: { A: 1 }, run: make }'),
    text.replace('run: make }', 'secrets: [A], run: make }'),
    text.replace('run: make }', 'secrets: [B], run: make }'),
  ]

  expect(new Set(files.map((file) => keys({}, file).lib)).size).toBe(files.length)
})

test('a job that reads the commit has another key for each', () => {
  const file = text.replace('run: make }', 'env: { SHA: "${{ sha }}" }, run: make }')

  expect(keys({ commit: { ...push, sha: 'b'.repeat(40) } }, file).lib).not.toBe(keys({}, file).lib)
})

test.each([
  ['the condition of a step', 'steps: [{ run: make, if: branch == "main" }] }'],
  ['a text that reads needs too', 'run: make, needs: docs, env: { V: "${{ branch + needs.docs.outputs.v }}" } }'],
])('a job that reads the commit in %s has another key for each answer', (_, job) => {
  const file = text.replace('run: make }', job)
  const topic = { commit: { ...push, ref: 'refs/heads/topic' } }

  expect(keys({}, file).lib).toMatch(/^[0-9a-f]{64}$/)
  expect(keys(topic, file).lib).not.toBe(keys({}, file).lib)
})

test('a job of which a step asks what has changed has another key for each answer', () => {
  const file = text.replace('run: make }', 'steps: [{ run: make, if: changed("docs/**") }] }')

  expect(answerOf(file, { tree })).toMatchObject({ wants: { changes: true } })
  expect(keys({ changes: ['docs/a.md'] }, file).lib).toBe(keys({ changes: ['docs/b.md'] }, file).lib)
  expect(keys({ changes: ['docs/a.md'] }, file).lib).not.toBe(keys({ changes: ['lib/a.c'] }, file).lib)
})

test('whether a job runs is asked before, and is not in its key', () => {
  const file = text.replace('run: make }', 'run: make, if: branch != "wip" }')

  expect(keys({ commit: { ...push, ref: 'refs/heads/topic' } }, file).lib).toBe(keys({}, file).lib)
})

test('a needed job without `paths` counts with the whole tree', () => {
  const file = text.replace('needs: lib', 'needs: docs')

  expect(keys({ tree: changed('README.md', { oid: 'other' }) }, file).app).not.toBe(keys({}, file).app)
  expect(keys({ tree: changed('README.md', { oid: 'other' }) }, file).lib).toBe(keys({}, file).lib)
})

test.each<[string, string, Partial<PlanRequest>]>([
  ['an image of unknown content', text, { images: { 'node:24': '' } }],
  [
    'an image that is known when the job starts',
    text.replace('make }', 'make, services: { db: "a:${{ needs.docs.outputs.V }}" }, needs: docs }'),
    {},
  ],
  ['paths that match nothing', text.replace('[lib, package.json]', '[libs]'), {}],
  ['an environment', text.replace('run: make }', 'environment: test, run: make }'), {}],
])('a job with %s has no key, nor has one that needs it', (_, file, more) => {
  const { lib, app } = keys(more, file)

  expect([lib, app]).toEqual([undefined, undefined])
})

test('the tree and the images of jobs with keys, and of those that they need, are asked for', () => {
  const file = `
jobs:
  a: { image: a, paths: src, services: { db: db }, steps: [{ run: x, image: step }], needs: b }
  b: { image: b, run: y }
  c: { image: c, run: z }
`
  expect(answerOf(file)).toEqual({ wants: { tree: true, images: ['a', 'db', 'step', 'b'] } })
  expect(answerOf(file, { tree, images: { a: '1', db: '2', step: '3', b: '' } })).toHaveProperty('plan')
  expect(answerOf(file, { purpose: 'definitions' })).toHaveProperty('plan')
})

test('a selection reuses nothing', () => {
  expect(answerOf(text, { selection: {} })).toHaveProperty('plan')
  expect(keys({ selection: {} }).lib).toBeUndefined()
})
