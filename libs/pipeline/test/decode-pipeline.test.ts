import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePipeline, formatPipelineProblems } from '../index.ts'

test('bytes that are UTF-8 are text, byte order mark and replacement characters included', () => {
  const text = '\uFEFFimage: a\nrun: "é 😀 \uFFFD"\n'

  expect(decodePipeline(Buffer.from(text))).toEqual({ text })
})

test('the first byte that is no UTF-8 is shown with its line', () => {
  const bytes = Buffer.from('image: a\nname: "\uFFFD caf\xe9"\nrun: \xff\n', 'latin1')
  const decoded = decodePipeline(bytes, { file: 'ci.yml' })

  expect('problems' in decoded && formatPipelineProblems(decoded.problems)).toMatchInlineSnapshot(`
    "ci.yml:2:8  the file is not UTF-8 from here on
      | name: "� caf�"
      |        ^
      Save it as UTF-8; editors call this the encoding of the file.
      PIPELINE_NOT_UTF8 — docs/errors.md#pipeline_not_utf8"
  `)
})

test.each([
  ['a byte that never occurs', [0x61, 0x0a, 0xff], '2:1'],
  ['a character that is cut off at the end', [0x61, 0xe2, 0x82], '1:2'],
  ['a surrogate', [0x0a, 0xed, 0xa0, 0x80], '2:1'],
  ['an overlong form', [0x61, 0xc0, 0x80], '1:2'],
  ['UTF-16', [0xff, 0xfe, 0x61, 0x00], '1:1'],
  ['a bad byte behind a replacement character of the file itself', [0xef, 0xbf, 0xbd, 0xfe], '1:2'],
  ['a bad byte behind a byte order mark', [0xef, 0xbb, 0xbf, 0x61, 0xfe], '1:2'],
])('%s is refused', (_title, bytes, place) => {
  const decoded = decodePipeline(Uint8Array.from(bytes))

  const [problem] = 'problems' in decoded ? decoded.problems : []
  expect(problem?.code).toBe('PIPELINE_NOT_UTF8')
  expect(`${problem?.line}:${problem?.column}`).toBe(place)
})

test('whatever the bytes are, they are refused exactly when a strict decoder refuses them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect('text' in decodePipeline(bytes)).toBe(isUtf8(bytes))
    }),
    { numRuns: 2_000 },
  )
})

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
