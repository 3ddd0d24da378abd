import type { ASTNode } from '@marcbachmann/cel-js'
import { nearestName } from '../nearest-name.ts'
import { quoted } from '../quoted.ts'
import type { ExpressionFault } from './fault.ts'
import { plainNames, type Reference, statusWords } from './reference.ts'

/** The references of a read expression in their order, or the first thing in it that there is not. */
export interface ReadReferences {
  readonly references: readonly Reference[]
  readonly fault?: ExpressionFault
}

/**
 * Walks an expression. Only what is cheap for any values gets through: no regular expressions, nothing that repeats a
 * part for each item of a list.
 */
export function readReferences(root: ASTNode, text: string): ReadReferences {
  const reader = new ReferenceReader(text)
  reader.read(root)
  const [fault] = reader.faults
  const references = reader.references.toSorted((a, b) => a.start - b.start)
  return fault === undefined ? { references } : { references, fault }
}

const functions = ['has', 'changed', 'size', 'string', 'int', 'double', 'bool'] as const
const methods = [
  'startsWith',
  'endsWith',
  'contains',
  'size',
  'lowerAscii',
  'upperAscii',
  'trim',
  'indexOf',
  'substring',
]
const names = [...plainNames, ...statusWords]

type PathNode = Extract<ASTNode, { op: '.' | '[]' }>

class ReferenceReader {
  readonly references: Reference[] = []
  readonly faults: ExpressionFault[] = []
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  read(node: ASTNode): void {
    if (this.faults.length > 0) return
    switch (node.op) {
      case 'value':
        return
      case 'id':
        return this.#readName(node.args, node.start)
      case '.':
      case '[]':
        return this.#readPath(node)
      case 'call':
        return this.#readCall(node, ...node.args)
      case 'rcall':
        return this.#readMethod(node.args, node.pos)
      case 'list':
        for (const item of node.args) this.read(item)
        return
      case '!_':
      case '-_':
        return this.read(node.args)
      case '?:':
      case '||':
      case '&&':
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case 'in':
      case '+':
      case '-':
      case '*':
      case '/':
      case '%':
        for (const part of node.args) this.read(part)
        return
      default:
        this.#add(
          node.start,
          'this is not part of our expressions',
          'Compare texts with == and join conditions with &&, ||',
        )
    }
  }

  #add(offset: number, message: string, hint: string): void {
    this.faults.push({ code: 'PIPELINE_BAD_EXPRESSION', offset, message, hint })
  }

  #readName(name: string, start: number): void {
    const known = names.find((one) => one === name)
    if (known !== undefined) {
      this.references.push({ kind: 'name', name: known, start, end: start + name.length })
      return
    }
    const form = groupForms.get(name)
    if (form === undefined) return this.#addUnknown(name, start)
    this.#add(start, `${quoted(name)} is no value by itself`, `Write ${form}`)
  }

  #addUnknown(name: string, offset: number): void {
    const nearest = nearestName(name, [...names, ...groupForms.keys()])
    const all = `Known are ${[...names, 'matrix.…', 'needs.….outputs.…', 'inputs.…', 'changed("…")'].join(', ')}; text stands in quotes`
    const hint = nearest === undefined ? all : `Did you mean ${nearest}? ${all}`
    this.faults.push({ code: 'PIPELINE_UNKNOWN_NAME', offset, message: `nothing has the name ${quoted(name)}`, hint })
  }

  #readPath(node: PathNode, isTest = false): void {
    const { root, keys } = pathOf(node)
    if (root === undefined) return this.#readIndex(node)
    const reference = keys === undefined ? undefined : referenceOf(root.args, keys, isTest)
    if (reference !== undefined && !/[()]/.test(this.#text.slice(node.start, node.end))) {
      this.references.push({ ...reference, start: node.start, end: node.end })
      return
    }
    const form = groupForms.get(root.args)
    if (form !== undefined) return this.#add(root.start, `${root.args} is not read like this`, `Write ${form}`)
    if (names.some((name) => name === root.args)) {
      return this.#add(root.start, `${quoted(root.args)} has no parts`, `Write ${root.args} alone`)
    }
    this.#addUnknown(root.args, root.start)
  }

  /** `["a", "b"][0]`, which is cheap and harmless. */
  #readIndex(node: PathNode): void {
    if (node.op === '.')
      return this.#add(node.start, 'this has no parts with names', 'Remove what stands behind the dot.')
    for (const part of node.args) this.read(part)
  }

  #readCall({ start, end }: ASTNode, name: string, args: readonly ASTNode[]): void {
    if (name === 'changed') return this.#readChanged({ start, end }, args)
    if (name === 'has') return this.#readTest({ start, end }, args)
    if (functions.some((one) => one === name)) return args.forEach((part) => this.read(part))
    if (names.some((one) => one === name)) {
      return this.#add(start, `${quoted(name)} is no function`, `Write ${name} without parentheses`)
    }
    const nearest = nearestName(name, functions)
    const hint = `${nearest === undefined ? '' : `Did you mean ${nearest}? `}There are ${functions.join(', ')}`
    this.#add(start, `there is no function ${quoted(name)}`, hint)
  }

  #readMethod([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], offset: number): void {
    if (!methods.includes(name)) {
      const nearest = nearestName(name, methods)
      const hint = `${nearest === undefined ? '' : `Did you mean ${nearest}? `}There are ${methods.join(', ')}`
      return this.#add(offset, `there is no ${quoted(`.${name}(…)`)}`, hint)
    }
    for (const part of [receiver, ...args]) this.read(part)
  }

  #readChanged(place: { readonly start: number; readonly end: number }, args: readonly ASTNode[]): void {
    const [glob] = args
    if (args.length === 1 && glob?.op === 'value' && typeof glob.args === 'string' && glob.args !== '') {
      this.references.push({ kind: 'changed', glob: glob.args, ...place })
    } else this.#add(place.start, 'changed() takes one glob in quotes', 'Write for example: changed("docs/**")')
  }

  #readTest({ start, end }: { readonly start: number; readonly end: number }, args: readonly ASTNode[]): void {
    const [node] = args
    if (node?.op !== '.' && node?.op !== '[]') {
      return this.#add(start, 'has() takes a name with parts', 'Write for example: has(needs.build.outputs.VERSION)')
    }
    this.#readPath(node, true)
    const inner = this.references.at(-1)
    if (this.faults.length > 0 || inner === undefined) return
    this.references[this.references.length - 1] = { ...inner, start, end }
  }
}

const groupForms = new Map<string, string>([
  ['matrix', 'matrix.name, or matrix["name"]'],
  [
    'needs',
    'needs.job.outputs.KEY or needs.job.outcome; needs["build-image"].outputs.KEY where the name is no identifier',
  ],
  ['inputs', 'inputs.name, or inputs["name"]'],
])

interface Path {
  readonly root: Extract<ASTNode, { op: 'id' }> | undefined
  /** Absent when one of them is computed. */
  readonly keys: readonly string[] | undefined
}

function pathOf(node: PathNode): Path {
  let keys: readonly string[] | undefined = []
  let at: ASTNode = node
  while (at.op === '.' || at.op === '[]') {
    const key = at.op === '.' ? at.args[1] : literalText(at.args[1])
    keys = key === undefined || keys === undefined ? undefined : [key, ...keys]
    at = at.args[0]
  }
  return { root: at.op === 'id' ? at : undefined, keys }
}

function literalText(node: ASTNode): string | undefined {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : undefined
}

type Unplaced<R> = R extends Reference ? Omit<R, 'start' | 'end'> : never

function referenceOf(group: string, keys: readonly string[], isTest: boolean): Unplaced<Reference> | undefined {
  const [first, second, third, more] = keys
  if (first === undefined || more !== undefined) return undefined
  if (group === 'matrix' && second === undefined) return { kind: 'matrix', key: first, isTest }
  if (group === 'inputs' && second === undefined) return { kind: 'input', key: first, isTest }
  if (group !== 'needs') return undefined
  if (second === 'outcome' && third === undefined && !isTest) return { kind: 'outcome', job: first }
  if (second === 'outputs' && third !== undefined) return { kind: 'output', job: first, key: third, isTest }
  return undefined
}
