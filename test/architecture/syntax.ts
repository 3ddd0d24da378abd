import { parseAst } from 'vitest/node'
import { isCode, lineAt, type Source, type Violation } from './source.ts'

/** A node of the syntax tree (ESTree with TypeScript, as oxc writes it). */
export interface Syntax {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const nothing: Syntax = { type: 'Program', start: 0, end: 0 }
const parsed = new WeakMap<Source, Syntax | undefined>()

/** The syntax tree of a file, parsed once; an empty one for a file that is not TypeScript (see `unreadableFiles`). */
export function syntaxOf(source: Source): Syntax {
  if (!parsed.has(source)) parsed.set(source, parse(source))
  return parsed.get(source) ?? nothing
}

/** Files of code that the parser does not understand, and that no other rule can look into. */
export function unreadableFiles(sources: readonly Source[]): readonly Violation[] {
  return sources
    .filter((source) => isCode(source) && syntaxOf(source) === nothing)
    .map(({ path }) => `${path} is not TypeScript; \`pnpm types\` says where`)
}

/** Every node below and including `node`, parents first, each with its parents (nearest last). */
export function* walk(node: Syntax, parents: readonly Syntax[] = []): Generator<[Syntax, readonly Syntax[]]> {
  yield [node, parents]
  const above = [...parents, node]
  for (const child of childrenOf(node)) yield* walk(child, above)
}

/** The nodes of one type in a file. */
export function findSyntax(source: Source, ...types: readonly string[]): readonly Syntax[] {
  return [...walk(syntaxOf(source))].map(([node]) => node).filter((node) => types.includes(node.type))
}

/** The child `key` of a node, if it is a node. */
export function child(node: Syntax | undefined, key: string): Syntax | undefined {
  const value = node?.[key]
  return isSyntax(value) ? value : undefined
}

/** The list `key` of a node, without holes. */
export function list(node: Syntax | undefined, key: string): readonly Syntax[] {
  const value = node?.[key]
  return Array.isArray(value) ? value.filter(isSyntax) : []
}

/** The text of an identifier or of a string literal. */
export function nameOf(node: Syntax | undefined): string | undefined {
  if (typeof node?.['name'] === 'string') return node['name']
  return typeof node?.['value'] === 'string' ? node['value'] : undefined
}

/** `a.b.c` as text for a chain of plain names; undefined for anything else. */
export function dotted(node: Syntax | undefined): string | undefined {
  if (node?.type === 'Identifier') return nameOf(node)
  if (node?.type !== 'MemberExpression' || node['computed'] === true) return undefined
  const object = dotted(child(node, 'object'))
  return object === undefined ? undefined : `${object}.${nameOf(child(node, 'property'))}`
}

/** Where a node is, as editors take it: `path:line`. */
export function placeOf(source: Source, node: Syntax): string {
  return `${source.path}:${lineAt(source.text, node.start)}`
}

function parse({ path, text }: Source): Syntax | undefined {
  try {
    const program: unknown = parseAst(text, { lang: 'ts', astType: 'ts', preserveParens: false }, path)
    return isSyntax(program) ? program : undefined
  } catch {
    return undefined
  }
}

function childrenOf(node: Syntax): readonly Syntax[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isSyntax) : isSyntax(value) ? [value] : [],
  )
}

function isSyntax(value: unknown): value is Syntax {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
