import { expect, test } from 'vitest'
import { parsePipeline } from '../index.ts'

const small = 'image: node:24\nrun: npm test\n'

/** What the problems of `text` say, without their hints. */
function messagesOf(text: string): readonly string[] {
  const parsed = parsePipeline(text)
  return 'problems' in parsed ? parsed.problems.map(({ code, line, message }) => `${line} ${code} ${message}`) : []
}

test('a file of 256 KiB is read, one byte more is not', () => {
  const filled = `${small}#${'x'.repeat(262_144 - small.length - 1)}`

  expect(messagesOf(filled)).toEqual([])
  expect(messagesOf(`${filled}x`)).toEqual(['1 PIPELINE_OVER_LIMIT the file has 262145 bytes; 262144 is the limit'])
})

test('the size of a file counts bytes, not characters', () => {
  expect(messagesOf(`${small}#${'é'.repeat(131_072)}`)[0]).toContain('PIPELINE_OVER_LIMIT')
})

test('100 steps are fine, 101 are not', () => {
  const steps = (count: number) => `image: node:24\nsteps:\n${'  - npm test\n'.repeat(count)}`

  expect(messagesOf(steps(100))).toEqual([])
  expect(messagesOf(steps(101))).toEqual(['103 PIPELINE_OVER_LIMIT "steps" has 101 entries; 100 is the limit'])
})

test('10 aliases are fine, 11 are not', () => {
  const aliases = (count: number) => `image: node:24\nsteps:\n  - &test npm test\n${'  - *test\n'.repeat(count)}`

  expect(messagesOf(aliases(10))).toEqual([])
  expect(messagesOf(aliases(11))).toEqual(['14 PIPELINE_OVER_LIMIT more than 10 aliases'])
})

test('lists and maps stand at most 32 deep in one another', () => {
  const deep = (depth: number) => `${small}foo: ${'['.repeat(depth)}${']'.repeat(depth)}\n`

  expect(messagesOf(deep(31))).toEqual(['3 PIPELINE_UNKNOWN_KEY unknown key "foo" in the file'])
  expect(messagesOf(deep(32))).toEqual(['3 PIPELINE_OVER_LIMIT lists and maps stand more than 32 deep in one another'])
})

test('an environment has at most 128 KiB, names and ends included', () => {
  const env = (bytes: number) => `${small}env:\n  A: ${'x'.repeat(bytes - 3)}\n`

  expect(messagesOf(env(131_072))).toEqual([])
  expect(messagesOf(env(131_073))).toEqual(['4 PIPELINE_OVER_LIMIT "env" has 131073 bytes; 131072 is the limit'])
})

test('commands have at most 96 KiB, names 200 characters', () => {
  const run = (bytes: number) => `image: node:24\nrun: ${'x'.repeat(bytes)}\n`
  const name = (length: number) => `${small}name: ${'x'.repeat(length)}\n`

  expect(messagesOf(run(98_304))).toEqual([])
  expect(messagesOf(run(98_305))).toEqual(['2 PIPELINE_OVER_LIMIT "run" has 98305 bytes; 98304 is the limit'])
  expect(messagesOf(name(200))).toEqual([])
  expect(messagesOf(name(201))).toEqual(['3 PIPELINE_OVER_LIMIT "name" has 201 characters; 200 is the limit'])
})

test('100 steps are fine with those side by side, 101 are not', () => {
  const steps = (count: number) => `image: a\nsteps:\n${'  - a\n'.repeat(count - 4)}  - parallel: [a, b, c, d]\n`

  expect(messagesOf(steps(100))).toEqual([])
  expect(messagesOf(steps(101))).toEqual([
    '100 PIPELINE_OVER_LIMIT the job has 101 steps, with those of "parallel"; 100 is the limit',
  ])
})

test('256 jobs are fine, 257 are not, be they written or multiplied out', () => {
  const written = (count: number) =>
    `image: a\njobs:\n${Array.from({ length: count }, (_, at) => `  j${at}: a\n`).join('')}`
  const multiplied = (others: number) =>
    `${written(others)}  m: { run: a, matrix: { a: [${numbers(16)}], b: [${numbers(15)}] } }\n`

  expect(messagesOf(written(256))).toEqual([])
  expect(messagesOf(written(257))).toEqual(['259 PIPELINE_OVER_LIMIT "jobs" has 257 entries; 256 is the limit'])
  expect(messagesOf(multiplied(16))).toEqual([])
  expect(messagesOf(multiplied(17))).toEqual([
    '20 PIPELINE_OVER_LIMIT with "m" the build has 257 jobs; 256 is the limit',
  ])
})

test('a job names at most 100 secrets, with its steps', () => {
  const names = (from: number, count: number) => Array.from({ length: count }, (_, at) => `S${from + at}`).join(', ')
  const secrets = (ofJob: number) =>
    `image: a\nsecrets: [${names(0, ofJob)}]\nsteps: [{ run: a, secrets: [${names(500, 50)}] }]\n`

  expect(messagesOf(secrets(50))).toEqual([])
  expect(messagesOf(secrets(51))).toEqual([
    '2 PIPELINE_OVER_LIMIT "build" names 101 secrets; 100 is the limit of a job',
  ])
})

test('5,000 expressions are fine, one more is not', () => {
  const env = (count: number) => `image: a\nrun: a\nenv: { A: "${'${{sha}}'.repeat(count)}" }\n`

  expect(messagesOf(env(5_000))).toEqual([])
  expect(messagesOf(env(5_001))).toEqual([
    '3 PIPELINE_OVER_LIMIT the file has more than 5000 expressions, counting again what aliases repeat',
  ])
})

test('of many problems the first hundred are told', () => {
  const parsed = parsePipeline(`{${Array.from({ length: 20_000 }, (_, index) => `k${index}`).join(',')}}`)

  expect(parsed).toMatchObject({ problems: { length: 100 } })
})

function numbers(count: number): string {
  return Array.from({ length: count }, (_, at) => at).join(', ')
}
