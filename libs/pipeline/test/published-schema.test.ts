import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { Check } from 'typebox/schema'
import { expect, test } from 'vitest'
import { parsePipeline } from '../index.ts'

// docs/narwhal.schema.json is what editors complete and check with: it must agree with the parser about types and words.

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const schema: object = JSON.parse(read('docs/narwhal.schema.json'))
const fits = (text: string) => Check(schema, load(text))

test('it is plain JSON Schema without a word of ours', () => {
  expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' })
  expect(JSON.stringify(schema)).not.toContain('x-narwhal')
})

test('every reference in it leads somewhere', () => {
  const names = [...JSON.stringify(schema).matchAll(/"#\/definitions\/(\w+)"/g)].map(([, name]) => name ?? '')

  expect(names.length).toBeGreaterThan(10)
  expect(schema).toMatchObject({ definitions: Object.fromEntries(names.map((name) => [name, {}])) })
})

test('every key has a description', () => {
  expect([...undescribed(schema, '')]).toEqual([])
})

/** Keys of maps whose value nobody explains; references are explained where they lead. */
function* undescribed(value: unknown, path: string): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, part] of Object.entries(value)) {
    const isKey = path.endsWith('/properties')
    if (isKey && !('description' in part) && !('$ref' in part)) yield `${path}/${key}`
    yield* undescribed(part, `${path}/${key}`)
  }
}

test.each([
  read('narwhal.yml.example'),
  'image: a\nrun: b\n',
  'image: a\nsteps: [b, { run: c }, { parallel: [d, { run: e }] }, { uses: image }]\n',
  'image: a\njobs: { a: b, c: [d], e: { run: f, needs: a } }\n',
  'on: { push: , cron: "0 3 * * *" }\nimage: a\nrun: b\n',
  'image: node:${{ matrix.node }}\nmatrix: { node: [22, 1.10, true] }\nrun: b\n',
])('what the parser takes, editors take: file %#', (text) => {
  expect(parsePipeline(text)).toHaveProperty('pipeline')
  expect(fits(text)).toBe(true)
})

test.each([
  'image: a\nrnu: b\n',
  'image: 24\nrun: b\n',
  'image: a b\nrun: b\n',
  'image: a\nrun: b\ntimeout: 5 minutes\n',
  'image: a\nrun: b\npriority: hihg\n',
  'image: a\nrun: b\nretry: 11\n',
  'image: a\nrun: b\ndir: ../x\n',
  'image: a\nrun: b\nresources: { memory: 2GB }\n',
  'image: a\nrun: b\nservices: { my_db: postgres }\n',
  'image: a\nrun: b\nenv: { 1A: b }\n',
  'image: a\nrun: b\nmatrix: { node: 22 }\n',
  'image: a\njobs: { a: { run: b, on: push } }\n',
  'image: a\njobs: { "a b": c }\n',
  'image: a\nsteps: [{ run: a, uses: image }]\n',
  'image: a\nsteps: [{ name: b }]\n',
  'on: psh\nimage: a\nrun: b\n',
])('what the parser refuses, editors mark: %j', (text) => {
  expect(parsePipeline(text)).toHaveProperty('problems')
  expect(fits(text)).toBe(false)
})
