import { isCode, lineAt, type Source, type Violation } from './source.ts'
import { child, dotted, nameOf, type Syntax, syntaxOf, walk } from './syntax.ts'

const maxFileLines = 300
const maxFunctionLines = 60
const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** Files longer than 300 lines. */
export function longFiles(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(isCode).flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length
    return lines > maxFileLines ? [`${path} has ${lines} lines; ${maxFileLines} is the most`] : []
  })
}

/** Functions longer than 60 lines. The body of a `describe` only groups tests. */
export function longFunctions(sources: readonly Source[]): readonly Violation[] {
  return sources.filter(isCode).flatMap((source) =>
    [...walk(syntaxOf(source))].flatMap(([node, parents]) => {
      if (!functions.has(node.type) || isDescribe(parents.at(-1))) return []
      const first = lineAt(source.text, node.start)
      const lines = lineAt(source.text, node.end) - first + 1
      if (lines <= maxFunctionLines) return []
      return [`${source.path}:${first} ${titleOf(node, parents)} has ${lines} lines; ${maxFunctionLines} is the most`]
    }),
  )
}

function isDescribe(call: Syntax | undefined): boolean {
  if (call?.type !== 'CallExpression') return false
  const callee = child(call, 'callee')
  const name = dotted(callee) ?? dotted(child(callee, 'callee')) // describe(…), describe.each(…)(…)
  return name === 'describe' || name?.startsWith('describe.') === true
}

function titleOf(node: Syntax, parents: readonly Syntax[]): string {
  const parent = parents.at(-1)
  const name = nameOf(child(node, 'id')) ?? nameOf(child(parent, 'id')) ?? nameOf(child(parent, 'key'))
  return name === undefined ? 'a function' : `\`${name}\``
}
