import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PipelineFile, parsePipeline } from '../index.ts'

const keys = Object.keys(PipelineFile.properties)
const marks = [
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
]
const oddities = [
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
]
const values = [
  '__proto__',
  'toString',
  '<<',
  'A',
  '1h',
  '${{ a }}',
  '${{ branch }}',
  '${{',
  'success',
  'matrix.a',
  '42',
  'true',
  '../a',
]
const words = fc.constantFrom(...keys, ...marks, ...oddities, ...values)
const joined = (before: string, maxLength: number) =>
  fc.array(words, { maxLength }).map((parts) => `${before}${parts.join('')}`)

/** Any value under any key, so that what is wrong is in the values and not in the YAML. */
const trees = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...values, ...keys, 1, true, null, ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys, 'a', 'include', 'on', 'max', 'path', 'group'), tie('value'), { maxKeys: 4 }),
  ),
})).value
const files = fc
  .dictionary(fc.constantFrom(...keys), trees, { maxKeys: 6 })
  .map((file) => JSON.stringify({ image: 'a', run: 'b', ...file }))

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  joined('', 40),
  joined('image: node:24\nsteps:\n  - run: ', 12),
  joined('image: node:24\nrun: a\n', 12),
  joined('image: node:24\njobs:\n  a:\n    run: b\n    ', 12),
  files,
  fc.json(),
)

test('every text is a pipeline or has problems; nothing is thrown', () => {
  fc.assert(
    fc.property(texts, fc.boolean(), (text, nested) => {
      const parsed = parsePipeline(text, { nested })

      const isPipeline = 'pipeline' in parsed && parsed.pipeline.jobs.length >= 0
      expect(isPipeline || ('problems' in parsed && parsed.problems.length > 0)).toBe(true)
    }),
    { numRuns: 5_000 },
  )
})

test('every problem names a place in the file and says what to write', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const parsed = parsePipeline(text)

      const lines = text.split(/\r\n|\n|\r/)
      for (const { line, column, message, hint } of 'problems' in parsed ? parsed.problems : []) {
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
        expect(`${message} ${hint}`).not.toMatch(/^$|undefined/)
      }
    }),
    { numRuns: 5_000 },
  )
})
