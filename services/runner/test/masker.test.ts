import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openMasker } from '../steps/masker.ts'
import { secretForms } from '../steps/secret-forms.ts'

/** What a masker makes of bytes that come in these chunks. */
function maskChunks(values: readonly string[], chunks: readonly Uint8Array[]): string {
  const stream = openMasker(values).stream()
  return Buffer.concat([...chunks.map((chunk) => stream.push(chunk)), stream.end()]).toString('latin1')
}

/** `bytes` cut at `cuts`. */
function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place))
}

const letters = fc.constantFrom('a', 'b', 'c', '/', '+', '"', "'", '$', ' ', '\n', 'ü', '%', '0')
const secret = fc.string({ unit: letters, minLength: 4, maxLength: 30 }).filter((value) => value.trim().length >= 4)
const longSecret = fc.string({ unit: letters, minLength: 100, maxLength: 400 })
const secrets = fc.array(fc.oneof({ weight: 5, arbitrary: secret }, { weight: 1, arbitrary: longSecret }), {
  minLength: 1,
  maxLength: 3,
})

/** Noise, secrets in any of their forms, and halves of them. */
function textWith(values: readonly string[]): fc.Arbitrary<Buffer> {
  const forms = secretForms(values)
  const part = fc.oneof(
    fc.string({ unit: letters, maxLength: 20 }).map((text) => Buffer.from(text)),
    fc.constantFrom(...forms),
    fc.constantFrom(...forms).map((form) => form.subarray(0, form.length >> 1)),
    fc.constantFrom(...values).map((value) => Buffer.from(value)),
  )
  return fc.array(part, { maxLength: 12 }).map((parts) => Buffer.concat(parts))
}

const cases = secrets.chain((values) =>
  fc.record({ values: fc.constant(values), text: textWith(values), cuts: fc.array(fc.nat(), { maxLength: 8 }) }),
)

test('however the text is cut, the same comes out', () => {
  fc.assert(
    fc.property(cases, ({ values, text, cuts }) => {
      expect(maskChunks(values, chunksOf(text, cuts))).toBe(maskChunks(values, [text]))
    }),
    { numRuns: 2_000 },
  )
})

test('byte by byte the same comes out', () => {
  fc.assert(
    fc.property(cases, ({ values, text }) => {
      const bytes = [...text].map((byte) => Buffer.of(byte))

      expect(maskChunks(values, bytes)).toBe(maskChunks(values, [text]))
    }),
    { numRuns: 300 },
  )
})

test('no form of a secret survives', () => {
  fc.assert(
    fc.property(cases, ({ values, text }) => {
      const masked = Buffer.from(maskChunks(values, [text]), 'latin1')

      expect(secretForms(values).filter((form) => masked.includes(form) && !isStars(form))).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

/** The letters of secrets here have no star. */
function isStars(form: Buffer): boolean {
  return form.includes('*')
}

const token = 'S3cr3t/token+of?24 "letters"'

test.each([
  ['as it is', token],
  ['in base64', Buffer.from(token).toString('base64')],
  ['in base64 for URLs', Buffer.from(token).toString('base64url')],
  ['in hex', Buffer.from(token).toString('hex')],
  ['in upper-case hex', Buffer.from(token).toString('hex').toUpperCase()],
  ['encoded for a URL', encodeURIComponent(token)],
  ['encoded for a form', encodeURIComponent(token).replaceAll('%20', '+')],
  ['in a path of a URL', encodeURIComponent(token).replaceAll('%2F', '/')],
  ['in JSON', JSON.stringify(token).slice(1, -1)],
  ['quoted for a shell', token.replace(/[^A-Za-z0-9_@%+=:,./-]/g, '\\$&')],
])('a secret %s is hidden', (_, form) => {
  expect(openMasker([token]).mask(`the token is <${form}>.`)).toBe('the token is <***>.')
})

test.each([
  ['Go', 'p\\u003ca\\u003es\\u0026s+wörd\'"'.replace('"', '\\"')],
  ['.NET', 'p\\u003Ca\\u003Es\\u0026s\\u002Bw\\u00F6rd\\u0027\\u0022'],
  ['Python', 'p<a>s&s+w\\u00f6rd\'\\"'],
])('a secret in the JSON of %s is hidden', (_, form) => {
  expect(openMasker(['p<a>s&s+wörd\'"']).mask(`{"key":"${form}"}`)).toBe('{"key":"***"}')
})

test.each([0, 1, 2, 3, 4, 5])('a secret in base64 behind %d other bytes is hidden but for its edges', (before) => {
  const encoded = Buffer.from(`${'x'.repeat(before)}${token}${'y'.repeat(before)}`).toString('base64')

  const masked = openMasker([token]).mask(encoded)

  expect(masked).toContain('***')
  expect(masked.length).toBeLessThan(2 * before + 14)
})

test.each([64, 76].flatMap((width) => [0, 1, 2, 3, 9, 10, 11, 40, 56, 57].map((before) => [width, before] as const)))(
  'a secret in base64 that is wrapped at %d is hidden behind %d other bytes, but for its edges',
  (width, before) => {
    const key = `${'k3y'.repeat(70)}.`
    const encoded = Buffer.from('x'.repeat(before) + key).toString('base64')
    const wrapped = encoded.replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n')

    const masked = openMasker([key]).mask(wrapped)

    const others = Buffer.from('x'.repeat(before)).toString('base64').length
    expect(masked.replaceAll('***', '').replaceAll('\n', '').length).toBeLessThan(others + 8)
  },
)

test('each line of a key is hidden, but not short ones', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\r\nabc\nkqhkiG9w0BAQEF\n-----END KEY-----\n'

  const masked = openMasker([key]).mask('MIIEvQIBADANBg, abc, kqhkiG9w0BAQEF')

  expect(masked).toBe('***, abc, ***')
})

test('a secret of three bytes tears no log', () => {
  const masker = openMasker(['abc', ''])

  expect(masker.isEmpty).toBe(true)
  expect(masker.mask('abcabc')).toBe('abcabc')
})

test('secrets side by side and within each other are one gap', () => {
  expect(openMasker(['first', 'second', 'sts']).mask('a firstsecond b')).toBe('a *** b')
})

test('what cannot become a secret any more is not held back', () => {
  const stream = openMasker(['hunter22']).stream()

  expect(String(stream.push(Buffer.from('Password? ')))).toBe('Password? ')
  expect(String(stream.push(Buffer.from('hunt')))).toBe('')
  expect(String(stream.push(Buffer.from('ing\n')))).toBe('hunting\n')
})

test('a secret of which many parts begin alike costs its step no time', () => {
  const letters = Array.from({ length: 90 }, (_, index) => String.fromCharCode(33 + index))
  const secret = letters.flatMap((one) => letters.map((other) => `AAA${one}${other}A`)).join('')
  const masker = openMasker([secret])
  const output = Buffer.from('AAA').toString('base64').repeat(16_384)
  const begun = performance.now()

  masker.stream().push(Buffer.from(output))

  expect(performance.now() - begun).toBeLessThan(2_000) // trying one after the other takes a minute
})
