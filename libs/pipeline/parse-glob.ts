/** A part of a glob. */
export type GlobPart =
  | { readonly kind: 'character'; readonly character: string }
  /** One character but a slash. */
  | { readonly kind: 'one'; readonly has: (character: string) => boolean }
  /** Any number of characters without a slash. */
  | { readonly kind: 'star' }
  /** Any characters. */
  | { readonly kind: 'all' }
  /** Any number of directories, each with its slash. */
  | { readonly kind: 'directories' }

/** A glob as the parts of each of its alternatives. */
export type ParsedGlob = { readonly alternatives: readonly (readonly GlobPart[])[] } | { readonly fault: string }

const maxLength = 1_400
const maxAlternatives = 64

/**
 * Reads a glob: `*` and `?` stop at a slash, `**` does not, `[a-z]` and `[!a-z]` are one character, `{a,b}` is either,
 * `\` takes the next character as it is. A slash at the end means everything in that directory.
 */
export function parseGlob(text: string): ParsedGlob {
  if (text === '') return { fault: 'it is empty' }
  if (text.length > maxLength) return { fault: `it has ${text.length} characters; ${maxLength} is the limit` }
  const spelled = alternativesOf(text)
  if (spelled === undefined) return { fault: 'a { is opened and not closed' }
  if (spelled.length > maxAlternatives) return { fault: `its braces make more than ${maxAlternatives} globs` }
  const alternatives: (readonly GlobPart[])[] = []
  for (const alternative of spelled) {
    const parts = partsOf(alternative.endsWith('/') ? `${alternative}**` : alternative)
    if (parts === undefined) return { fault: 'a [ is opened and not closed' }
    alternatives.push(parts)
  }
  return { alternatives }
}

/** The texts that braces stand for, one too many of them at the most; `undefined` for a brace that is left open. */
function alternativesOf(text: string): readonly string[] | undefined {
  const waiting = [text]
  const done: string[] = []
  while (waiting.length > 0 && done.length + waiting.length <= maxAlternatives + 1) {
    const one = waiting.pop() ?? ''
    const brace = firstBrace(one)
    if (brace === 'open') return undefined
    if (brace === undefined) done.push(one)
    else waiting.push(...brace.choices.map((choice) => one.slice(0, brace.start) + choice + one.slice(brace.end)))
  }
  return [...done, ...waiting]
}

interface Brace {
  readonly start: number
  readonly end: number
  readonly choices: readonly string[]
}

function firstBrace(text: string): Brace | 'open' | undefined {
  let depth = 0
  let start = -1
  let from = 0
  const choices: string[] = []
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '\\') index++
    else if (character === '{' && depth++ === 0) [start, from] = [index, index + 1]
    else if (character === ',' && depth === 1) {
      choices.push(text.slice(from, index))
      from = index + 1
    } else if (character === '}' && depth > 0 && --depth === 0) {
      return { start, end: index + 1, choices: [...choices, text.slice(from, index)] }
    }
  }
  return depth > 0 ? 'open' : undefined
}

function partsOf(text: string): readonly GlobPart[] | undefined {
  const parts: GlobPart[] = []
  const token = /(\*\*+\/)|(\*\*+)|(\*)|(\?)|\[([!^]?)(\]?[^\]]*)(\]?)|\\?([^])/uy
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [, directories, all, star, one, negation, members, closed, character] = found
    if (directories !== undefined) {
      // only at the beginning of a name are these whole directories
      const isWhole = found.index === 0 || text[found.index - 1] === '/'
      parts.push(...(isWhole ? [{ kind: 'directories' } as const] : [{ kind: 'all' } as const, slash]))
    } else if (all !== undefined) parts.push({ kind: 'all' })
    else if (star !== undefined) parts.push({ kind: 'star' })
    else if (one !== undefined) parts.push({ kind: 'one', has: () => true })
    else if (character !== undefined) parts.push({ kind: 'character', character })
    else if (closed === ']' && members !== undefined) parts.push(classOf(members, negation !== ''))
    else return undefined
  }
  return parts
}

const slash = { kind: 'character', character: '/' } as const

function classOf(members: string, isNegated: boolean): GlobPart {
  const ranges = Array.from(
    members.matchAll(/([^])-([^])|([^])/gu),
    ([, from, to, single = '']) => [from ?? single, to ?? single] as const,
  )
  return {
    kind: 'one',
    has: (character) => ranges.some(([from, to]) => from <= character && character <= to) !== isNegated,
  }
}
