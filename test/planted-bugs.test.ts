import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readBugs } from './planted-bugs/read-bugs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const bugs = readBugs()

test('there are at least 25 planted bugs, each told in a sentence of its own', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(25)
  expect(new Set(bugs.map(({ what }) => what)).size).toBe(bugs.length)
  expect(bugs.filter(({ what }) => !/^[A-Z].{10,150}$/.test(what))).toEqual([])
})

test.each(bugs.map((bug) => [bug.name, bug] as const))(
  'the bug %s is one line of the product, and can be planted',
  (_, { patch, file }) => {
    const lines = readFileSync(patch, 'utf8').split('\n')
    const changed = (sign: string) => lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3)))

    expect(file).toMatch(/^(?:libs|services)\//)
    expect([changed('-').length <= 1, changed('+').length <= 1]).toEqual([true, true])
    expect(() => execFileSync('git', ['apply', '--check', patch], { cwd: root, stdio: 'pipe' })).not.toThrow()
  },
)
