import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob, globFault, isGlob } from '../glob.ts'

test.each([
  ['dist/**', ['dist/a', 'dist/a/b.js', 'dist/.hidden/x'], ['dist2/a', 'src/dist/a', '', 'dist']],
  ['*.xml', ['a.xml', '.xml', 'ü ☃.xml'], ['a/b.xml', 'a.xml.gz', 'xml']],
  ['**/*.xml', ['a.xml', 'a/b.xml', 'a/b/c.xml'], ['a/b.xml/c', 'a']],
  ['**', ['a', 'a/b', '.git/config'], []],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b', 'a/b/b'], ['a', 'b', 'a/x', 'a/b/c', 'a/xb']],
  ['docs/', ['docs/a', 'docs/a/b'], ['docs', 'a/docs/b']],
  ['reports/*/junit-?.xml', ['reports/x/junit-1.xml'], ['reports/junit-1.xml', 'reports/x/junit-10.xml']],
  ['{src,lib}/*.{ts,js}', ['src/a.ts', 'lib/b.js'], ['test/a.ts', 'src/a.css', 'src/x/a.ts']],
  ['[a-c]x', ['ax', 'cx'], ['dx', 'x', 'abx']],
  ['[!a-c]x', ['dx', '-x'], ['ax', 'x', '/x']],
  ['\\*', ['*'], ['a', '\\*']],
  ['(a|b)+$^', ['(a|b)+$^'], ['a', 'b']],
])('%s matches %j and not %j', (text, matching, others) => {
  const glob = compileGlob(text)

  expect(matching.filter((path) => glob?.matches(path) !== true)).toEqual([])
  expect(others.filter((path) => glob?.matches(path) !== false)).toEqual([])
})

test.each(['', '{a', '[a', '{a,b}'.repeat(10)])('%j is no glob, and matches nothing', (text) => {
  expect(globFault(text)).toBeTypeOf('string')
  expect(compileGlob(text)).toBeUndefined()
})

test.each([
  ['many stars', '*a'.repeat(99), `${'a'.repeat(4_000)}b`],
  ['many double stars', `${'**/a/'.repeat(38)}**/b`, `${'a/'.repeat(2_000)}c`],
  ['both', `${'**/*a*a*a*/'.repeat(17)}b`, `${'a'.repeat(200)}/`.repeat(20)],
])('a glob of a stranger with %s costs little', (_, text, path) => {
  const before = performance.now()

  expect(compileGlob(text)?.matches(path)).toBe(false)

  expect(performance.now() - before).toBeLessThan(2_000)
})

test('plain names are no globs', () => {
  expect(['build', 'app:build', 'test (24)'].filter(isGlob)).toEqual([])
  expect(['b*', 'a?', '[ab]', '{a,b}'].filter((text) => !isGlob(text))).toEqual([])
})

test.each([
  ['src', ['src', 'src/a', 'src/a/b'], ['srcs', 'a/src', 'lib/src/a']],
  ['a.ts', ['a.ts'], ['a.tsx', 'b/a.ts']],
  ['docs/', ['docs/a', 'docs/a/b'], ['docs', 'documents/a']],
  ['src/*', ['src/a'], ['src/a/b', 'src']],
  ['*', ['a'], ['a/b']],
  ['**/test', ['test', 'test/a', 'a/test', 'a/b/test/c'], ['tests/a', 'a/tests']],
  ['services/*/src', ['services/a/src', 'services/a/src/b/c'], ['services/a/b/src', 'services/src']],
  ['{src,lib}', ['src/a', 'lib/a/b', 'lib'], ['libs/a']],
  ['**/*.ts', ['a.ts', 'a/b.ts'], ['a.ts/b', 'a.js']],
])('among paths, %s means %j and not %j', (text, matching, others) => {
  const glob = compileGlob(text)

  expect(matching.filter((path) => glob?.matchesPath(path) !== true)).toEqual([])
  expect(others.filter((path) => glob?.matchesPath(path) !== false)).toEqual([])
})

test('a glob is what it says, whichever way it is looked at', () => {
  const piece = fc.constantFrom('a', 'b', '/', '*', '**', '**/', '?', '[ab]', '{a,b}', '.')
  const glob = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''))
  const path = fc.array(fc.constantFrom('a', 'b', 'ab', '.', 'a.b'), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(glob, path, (text, names) => {
      const written = names.join('/')
      const compiled = compileGlob(text)

      expect(compiled?.matches(written)).toBe(asExpression(text).test(written))
    }),
    { numRuns: 2_000 },
  )
})

/** The same by a regular expression, which is plain to see and may take for ever. */
function asExpression(glob: string): RegExp {
  const text = glob.endsWith('/') ? `${glob}**` : glob
  const source = text.replace(/(?<=^|\/)\*\*+\/|\*\*+|\*|\?|\[ab\]|\{a,b\}|\./g, (found) => {
    if (found.startsWith('**')) return found.endsWith('/') ? '(?:[^/]*/)*' : '.*'
    return (
      new Map([
        ['*', '[^/]*'],
        ['?', '[^/]'],
        ['{a,b}', '(?:a|b)'],
        ['.', '\\.'],
      ]).get(found) ?? found
    )
  })
  return new RegExp(`^${source}$`, 's')
}
