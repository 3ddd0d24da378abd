import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { answerOf, planOf, treeOf } from './plan-of.ts'

const example = await readFile(new URL('../../../narwhal.yml.example', import.meta.url), 'utf8')
const nested = { path: 'services/api/narwhal.yml', text: 'image: i\njobs: { test: x }\n' }
const tree = treeOf('src/a.ts', 'package.json', nested.path)
const images = { 'node:24': '1', 'redis:8': '2', 'postgres:17': '3', 'postgres:18': '4' }

test('the example in the repository can be planned', () => {
  const { plan } = planOf(example, { files: [nested], changes: ['src/a.ts'], tree, images })

  expect(plan.concurrency?.group).toBe('build-main')
  expect(plan.jobs.map(({ key, needs }) => [key, needs.length])).toEqual([
    ['lint', 0],
    ['types', 0],
    ...Array.from({ length: 4 }, () => ['test', 0]),
    ['web', 2],
    ['deploy', 5],
    ['services/api:test', 0],
  ])
  expect(plan.jobs.filter(({ reuseKey }) => reuseKey !== undefined)).toHaveLength(4)
})

test('the example asks for what it needs, and for nothing twice', () => {
  expect(answerOf(example)).toEqual({ wants: { changes: true } })
  expect(answerOf(example, { changes: ['docs/a'] })).toHaveProperty('ending')
  expect(answerOf(example, { changes: ['src/a'] })).toEqual({ wants: { tree: true } })
  expect(answerOf(example, { changes: ['src/a'], tree })).toEqual({ wants: { files: [nested.path] } })
  expect(answerOf(example, { changes: ['src/a'], tree, files: [nested] })).toEqual({
    wants: { images: ['node:24', 'postgres:17', 'redis:8', 'postgres:18'] },
  })
})
