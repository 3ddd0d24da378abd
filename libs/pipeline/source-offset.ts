import type { YamlScalar } from './yaml-value.ts'

/**
 * Where in the file the character `at` of a scalar's text stands. Quotes, escapes and folded lines make texts differ from
 * what stands in the file: the same word is looked for then, and its beginning is the answer when it is not found.
 */
export function sourceOffset({ text, start, end }: YamlScalar, at: number, source: string): number {
  const written = source.slice(start, end)
  if (written === text) return start + Math.min(at, text.length)
  const word = /^\s*(\S{0,12})/.exec(text.slice(at))?.[1] ?? ''
  if (word === '') return start
  const from = text.indexOf(word, at)
  const before = text.slice(0, from).split(word).length - 1
  let found = -1
  for (let count = 0; count <= before; count++) {
    found = written.indexOf(word, found + 1)
    if (found === -1) return start
  }
  return start + found
}
