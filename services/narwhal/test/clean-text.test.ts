import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTextCleaner, plainLine } from '../clean-text.ts'

test.each([
  ['plain\ttext\n', 'plain\ttext\n'],
  ['\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m'],
  ['\x9b31mred', '\x1b[31mred'],
  ['\x1b[2J\x1b[H gone', ' gone'],
  ['\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link', 'textlink'],
  ['50 %\r100 %\r\n', '50 %\n100 %\n'],
  ['bell\x07 back\x08 nul\0 del\x7f', 'bell back nul del'],
  ['\x1bPdevice\x1b\\after \x1bcreset', 'after reset'],
  ['\x1b[>4;2mkeys', 'keys'],
])('%j is shown as %j', (given, shown) => {
  const cleaner = openTextCleaner({ colours: true })

  expect(cleaner.take(given)).toBe(shown)
})

test('colours go where they are not wanted', () => {
  expect(openTextCleaner({ colours: false }).take('\x1b[1;31mred\x1b[0m')).toBe('red')
})

test.each([
  ['\r\x1b', '\r\x1b[0m.'],
  ['\r\x1bX', '\n.'],
  ['\x1b]title\r\x1b', '\\\r', '\n.'],
])('the pieces %j, %j are shown as one text is', (...pieces) => {
  const cleaner = openTextCleaner({ colours: true })

  const shown = pieces.map((piece) => cleaner.take(piece)).join('')

  expect(shown).toBe(openTextCleaner({ colours: true }).take(pieces.join('')))
})

test('it does not matter where a text is cut', () => {
  const part = fc.constantFrom(
    '\x1b',
    '[',
    ']',
    '3',
    '1',
    'm',
    ';',
    'J',
    '\r',
    '\n',
    '\x07',
    '\\',
    '\x9b',
    'P',
    'a',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), fc.nat(30), (parts, place) => {
      const text = `${parts.join('')}\x1b[0m.`
      const cut = Math.min(place, text.length)
      const cleaner = openTextCleaner({ colours: true })

      const shown = cleaner.take(text.slice(0, cut)) + cleaner.take(text.slice(cut))

      expect(shown).toBe(openTextCleaner({ colours: true }).take(text))
    }),
    { numRuns: 10_000 },
  )
})

test('nothing but line breaks, tabs and colours is left of any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = openTextCleaner({ colours: true }).take(text)

      expect(shown.replaceAll(/\x1b\[[0-9;:]*m/g, '')).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/)
    }),
  )
})

test('a foreign text on one line has no line breaks', () => {
  expect(plainLine(' a\r\nb\u2028c\x1b[2J ')).toBe('a b c')
})
