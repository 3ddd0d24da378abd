import { fileURLToPath } from 'node:url'
import { catalogue } from '@narwhal/protocol'
import { describe, expect, test } from 'vitest'
import { errorsPage } from '../tools/errors-page.ts'
import { wordsOf } from './architecture/banned-words.ts'
import { definedCodes, undocumentedCodes } from './architecture/error-catalogue.ts'
import { allowedClocks } from './architecture/outside-world-exemptions.ts'
import { packages } from './architecture/rule.ts'
import { codeRules } from './architecture/rules-of-code.ts'
import { structureRules } from './architecture/rules-of-structure.ts'
import { testRules } from './architecture/rules-of-tests.ts'
import { readTree } from './architecture/source.ts'
import { exemptions } from './architecture/word-exemptions.ts'

const tree = readTree(fileURLToPath(new URL('..', import.meta.url)))

describe.each([...structureRules, ...codeRules, ...testRules])('$title', ({ check, plants, innocent }) => {
  test('holds in the whole tree', () => {
    expect(check(tree)).toEqual([])
  })

  test.each(plants)('is broken by: $says', ({ path, text, others }) => {
    const violations = check([...packages, { path, text }, ...others])

    expect(violations.join('\n')).toContain(path)
  })

  test('lets innocent code pass', () => {
    expect(check([...packages, ...innocent])).toEqual([])
  })
})

test('docs/errors.md is what the catalogue says; `pnpm run docs` writes it', () => {
  const page = tree.find(({ path }) => path === 'docs/errors.md')?.text

  expect(page).toBe(errorsPage())
})

test('the catalogue holds every code that a file defines', () => {
  expect([...definedCodes(tree).keys()].sort()).toEqual(Object.keys(catalogue).sort())
})

test('a code without a section and a section without a code are both found', () => {
  const page = errorsPage().replace('## INTERNAL', '## INTERNALS')

  expect(undocumentedCodes(errorsPage(), Object.keys(catalogue))).toEqual([])
  expect(undocumentedCodes(page, Object.keys(catalogue))).toEqual([
    'docs/errors.md has no section INTERNAL',
    'docs/errors.md: INTERNALS is no code',
  ])
})

test.each([
  ['openDbPools', ['open', 'db', 'pools']],
  ['report-loop.ts', ['report', 'loop', 'ts']],
  ['MAX_WORKERS', ['max', 'worker']],
  ['readHTTPServer', ['read', 'http', 'server']],
  ['narwhal_tasks_total', ['narwhal', 'task', 'total']],
])('the words of %s are found whole', (name, words) => {
  expect(wordsOf(name)).toEqual(words)
})

test('every exemption is still needed', () => {
  const unneeded = exemptions.filter(
    ({ word, path }) => !tree.some((source) => source.path.startsWith(path) && wordsOf(source.text).includes(word)),
  )

  expect(unneeded).toEqual([])
  expect(allowedClocks.filter(({ path }) => !tree.some((source) => source.path === path))).toEqual([])
})
