import fc from 'fast-check'
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

test('of many problems the first hundred are told', () => {
  const parsed = parsePipeline(`{${Array.from({ length: 20_000 }, (_, index) => `k${index}`).join(',')}}`)

  expect(parsed).toMatchObject({ problems: { length: 100 } })
})

const words = fc.constantFrom(
  ...['image', 'run', 'steps', 'name', 'env', 'timeout', 'jobs', '__proto__', 'toString', '<<', 'A', '1h', '${{ a }}'],
  ...[
    ': ',
    ':',
    '\n',
    '\n  ',
    '\n    ',
    '- ',
    '?',
    '[',
    ']',
    '{',
    '}',
    ',',
    '&a ',
    '*a',
    '!!int ',
    '!x ',
    '|\n',
    '>-\n',
  ],
  ...[
    '"',
    "'",
    '\\0',
    '\\U00FFFFFF',
    '\0',
    '\t',
    '\r',
    '\uFEFF',
    '\uD800',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '#',
    '~',
    '42',
  ],
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.array(words, { maxLength: 12 }).map((parts) => `image: node:24\nsteps:\n  - run: ${parts.join('')}`),
  fc.array(words, { maxLength: 12 }).map((parts) => `image: node:24\nrun: a\n${parts.join('')}`),
  fc.json(),
)

test('every text is a pipeline or has problems; nothing is thrown', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parsePipeline(text)

      const isPipeline = 'pipeline' in parsed && parsed.pipeline.jobs.length === 1
      expect(isPipeline || ('problems' in parsed && parsed.problems.length > 0)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

test('every problem names a place in the file and says what to write', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parsePipeline(text)

      const lines = text.split(/\r\n|\n|\r/)
      for (const { line, column, hint } of 'problems' in parsed ? parsed.problems : []) {
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
        expect(hint).not.toMatch(/^$|undefined/)
      }
    }),
    { numRuns: 3_000 },
  )
})
