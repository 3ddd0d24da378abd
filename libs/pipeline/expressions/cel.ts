import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import { findText } from './find-text.ts'
import { plainNames, statusWords } from './reference.ts'

// CEL sees an expression whose references have been replaced by plain variables (`s0`, `b1`), so that names, jobs and
// their suggestions are our own affair, and only types and values are CEL's.

/** So many references one expression can have. */
export const maxReferences = 64

const limits = { maxAstNodes: 256, maxDepth: 24, maxListElements: 64, maxMapEntries: 16, maxCallArguments: 3 }

/** Reads, checks and answers expressions without references but plain variables. Making one is dear: there is one. */
export const cel: Environment = createCel()

/** CEL's own searches take time by the product of two lengths: before an answer these take their place. */
const patientSearches = new Map([
  ['contains', 'patientContains'],
  ['indexOf', 'patientIndexOf'],
])

/** What `text` is for these values, found in time by the length of both. @throws what CEL throws. */
export function evaluateCel(text: string, values: Readonly<Record<string, string | boolean>>): unknown {
  const program = cel.parse(text)
  searchPatiently(program.ast)
  return program({ ...values })
}

function searchPatiently(node: ASTNode): void {
  if (node.op === 'rcall') node.args[0] = patientSearches.get(node.args[0]) ?? node.args[0]
  const parts: readonly unknown[] = Array.isArray(node.args) ? node.args.flat() : [node.args]
  for (const part of parts) if (isNode(part)) searchPatiently(part)
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part
}

function createCel(): Environment {
  const environment = new Environment({ limits })
    .registerFunction('string.patientContains(string): bool', (a: string, b: string) => findText(a, b) !== -1)
    .registerFunction('string.patientIndexOf(string): int', (a: string, b: string) => BigInt(findText(a, b)))
    .registerFunction('string.patientIndexOf(string, int): int', indexFrom)
  for (const name of plainNames) environment.registerVariable(name, 'string')
  for (const word of statusWords) environment.registerVariable(word, 'bool')
  for (let index = 0; index < maxReferences; index++) {
    environment.registerVariable(`s${index}`, 'string').registerVariable(`b${index}`, 'bool')
  }
  return environment
}

/** As CEL's own, but a place outside of the text finds nothing. */
function indexFrom(text: string, wanted: string, from: bigint): bigint {
  if (from < 0n || from >= BigInt(text.length)) return wanted === '' ? from : -1n
  return BigInt(findText(text, wanted, Number(from)))
}
