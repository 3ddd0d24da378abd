import { allowedClocks } from './outside-world-exemptions.ts'
import { isProduct, type Source, type Violation } from './source.ts'
import { child, dotted, list, nameOf, findSyntax, placeOf, type Syntax } from './syntax.ts'

const environmentReaders = /(?:^|\/)(?:main|run-main|up|config|read-config|[a-z-]+-config)\.ts$/
const clocks = new Set([
  'setTimeout',
  'setInterval',
  'Date.now',
  'performance.now',
  'process.hrtime',
  'process.hrtime.bigint',
])
const randomness = new Set(['Math.random'])
const impure = new Set([
  'randomUUID',
  'randomBytes',
  'randomInt',
  'crypto.randomUUID',
  'crypto.getRandomValues',
  'AbortSignal.timeout',
])

/** `process.env` outside of main.ts, up.ts and files named after the config they read. */
export function strayEnvironment(sources: readonly Source[]): readonly Violation[] {
  const strict = sources.filter((source) => isProduct(source) && !environmentReaders.test(source.path))
  return strict.flatMap((source) =>
    findSyntax(source, 'MemberExpression')
      .filter((node) => dotted(node) === 'process.env')
      .map((node) => `${placeOf(source, node)} reads process.env; only main.ts and config files may`),
  )
}

/** Clocks and dice outside of the files that wrap them; libs/pipeline has no exemption at all. */
export function strayClocks(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(isProduct).flatMap((source) => {
    const pure = source.path.startsWith('libs/pipeline/')
    if (!pure && allowedClocks.some(({ path }) => path === source.path)) return []
    return findSyntax(source, 'CallExpression', 'NewExpression').flatMap((node) => {
      const name = outsideCall(node, pure)
      return name === undefined
        ? []
        : [`${placeOf(source, node)} calls ${name}; take a Clock (or the value) as an argument`]
    })
  })
}

function outsideCall(node: Syntax, pure: boolean): string | undefined {
  const name = dotted(child(node, 'callee'))
  if (name === undefined) return undefined
  if (node.type === 'NewExpression') return readsClock(name, node, pure) ? 'new Date' : undefined
  return clocks.has(name) || randomness.has(name) || (pure && impure.has(name)) ? name : undefined
}

/** `new Date(ms)` only formats a time that was given. */
function readsClock(name: string, node: Syntax, pure: boolean): boolean {
  return name === 'Date' && (pure || list(node, 'arguments').length === 0)
}

/** Imports of timers are calls in disguise (`import { setTimeout as sleep }`). */
export function strayTimers(sources: readonly Source[]): readonly Violation[] {
  const strict = sources.filter(
    (source) => isProduct(source) && !allowedClocks.some(({ path }) => path === source.path),
  )
  return strict.flatMap((source) =>
    findSyntax(source, 'ImportDeclaration')
      .filter((node) => /^(?:node:)?timers/.test(nameOf(child(node, 'source')) ?? ''))
      .map((node) => `${placeOf(source, node)} imports timers; take a Clock as an argument`),
  )
}
