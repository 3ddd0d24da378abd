import { printable } from './problem-list.ts'

const shownLength = 60

/** `text` in quotes for a message: one line, printable, cut when long. */
export function quoted(text: string): string {
  const line = printable(text.slice(0, shownLength)).replaceAll('\t', ' ')
  return text.length > shownLength ? `"${line}…"` : `"${line}"`
}
