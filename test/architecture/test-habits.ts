import { isTest, type Source, type Violation } from './source.ts'
import { child, dotted, list, nameOf, findSyntax, placeOf, type Syntax } from './syntax.ts'

const leftOut =
  /^(?:(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:skip|todo|only|skipIf|runIf|fails)|x(?:it|test|describe)|f(?:it|describe))$/
const mocks = /^vi\.(?:mock|doMock|hoisted)$/

/** Tests that do not run, or that keep others from running. */
export function skippedTests(sources: readonly Source[]): readonly Violation[] {
  return callsOf(sources, (name) => leftOut.test(name), 'leaves tests out')
}

/** Modules of ours that a test replaces. */
export function mockedModules(sources: readonly Source[]): readonly Violation[] {
  return callsOf(sources, (name) => mocks.test(name), 'replaces a module; give the code another argument')
}

/** Waiting for a number of milliseconds of real time, outside of test/setup (which polls things that start). */
export function realDelays(sources: readonly Source[]): readonly Violation[] {
  const strict = sources.filter((source) => isTest(source) && !source.path.startsWith('test/setup/'))
  return strict.flatMap((source) => {
    const timers = new Set(['setTimeout', 'globalThis.setTimeout', 'timers.setTimeout', ...importedTimers(source)])
    return findSyntax(source, 'CallExpression')
      .filter((call) => timers.has(dotted(child(call, 'callee')) ?? '') && list(call, 'arguments').some(isNumber))
      .map((call) => `${placeOf(source, call)} waits for real time; wait for an event, or poll with vi.waitFor`)
  })
}

/** Titles of tests are sentences, and say what is, not what should be. */
export function oddTitles(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(isTest).flatMap((source) =>
    findSyntax(source, 'CallExpression').flatMap((call) => {
      const title = nameOf(list(call, 'arguments')[0])
      if (!/^(?:test|it)$/.test(dotted(child(call, 'callee')) ?? '') || title === undefined) return []
      return /^(?:it )?should\b/i.test(title) || !title.includes(' ')
        ? [`${placeOf(source, call)} "${title}" is not a sentence that says what is`]
        : []
    }),
  )
}

function callsOf(sources: readonly Source[], matches: (name: string) => boolean, why: string): readonly Violation[] {
  return sources.filter(isTest).flatMap((source) =>
    findSyntax(source, 'MemberExpression', 'CallExpression')
      .filter((node) => matches(dotted(node.type === 'CallExpression' ? child(node, 'callee') : node) ?? ''))
      .filter((node) => node.type === 'CallExpression' || dotted(node)?.includes('.') === true)
      .map((node) => `${placeOf(source, node)} ${why}`),
  )
}

/** `sleep` in `import { setTimeout as sleep } from 'node:timers/promises'`. */
function importedTimers(source: Source): readonly string[] {
  return findSyntax(source, 'ImportDeclaration')
    .filter((node) => /^(?:node:)?timers/.test(nameOf(child(node, 'source')) ?? ''))
    .flatMap((node) => list(node, 'specifiers').map((specifier) => nameOf(child(specifier, 'local')) ?? ''))
}

function isNumber(node: Syntax): boolean {
  return node.type === 'Literal' && typeof node['value'] === 'number'
}
