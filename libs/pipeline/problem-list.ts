import type { ProblemCode } from '@narwhal/protocol'

/** Something wrong in a pipeline file, with the place and what to write instead. */
export interface PipelineProblem {
  readonly code: ProblemCode
  readonly file: string
  /** 1 for the first line. */
  readonly line: number
  /** 1 for the first character; counts UTF-16 units as editors do. */
  readonly column: number
  readonly message: string
  /** What to write instead. */
  readonly hint: string
  /** The line, or the part of a long line around the place; safe to print. */
  readonly source: string
  /** Where in `source` the place is; 0 for its first character. */
  readonly caret: number
}

/** What a problem says: what is wrong, and what to write instead. */
export interface ProblemText {
  readonly message: string
  readonly hint: string
}

/** Collects the problems of one file. Offsets count UTF-16 units from the beginning of its text. */
export interface ProblemList {
  add(code: ProblemCode, offset: number, text: ProblemText): void
  /** The line of an offset; 1 for the first. */
  lineOf(offset: number): number
  /** The first 100 that were added, in the order of the file. What an alias repeats stands there once. */
  inFileOrder(): readonly PipelineProblem[]
}

/** An empty list of problems of the file `file` that holds `text`. Offsets do not count a byte order mark at its beginning. */
export function createProblemList(marked: string, file: string): ProblemList {
  const text = withoutMark(marked)
  const starts = lineStarts(text)
  const added = new Map<string, AddedProblem>()

  return {
    add(code, offset, { message, hint }) {
      added.set(`${offset} ${code} ${message}`, { code, offset, message, hint })
    },
    lineOf: (offset) => lineAt(starts, offset),
    inFileOrder() {
      const sorted = [...added.values()].toSorted((a, b) => a.offset - b.offset)
      return sorted.slice(0, reported).map(({ code, offset, message, hint }) => {
        const line = lineAt(starts, offset)
        const start = starts[line - 1] ?? 0
        const column = offset - start + 1
        return { code, file, line, column, message, hint, ...excerpt(lineText(text, start), offset - start) }
      })
    },
  }
}

/** `text` without the byte order mark at its beginning. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

const reported = 100

interface AddedProblem extends ProblemText {
  readonly code: ProblemCode
  readonly offset: number
}

function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (found) => found.index + found[0].length)]
}

/** Binary search: how many lines begin at or before `offset`. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low
}

function lineText(text: string, start: number): string {
  const end = text.slice(start).search(/[\r\n]/)
  return end === -1 ? text.slice(start) : text.slice(start, start + end)
}

const excerptLength = 120

function excerpt(line: string, at: number): Pick<PipelineProblem, 'source' | 'caret'> {
  if (line.length <= excerptLength) return { source: printable(line), caret: at }
  const from = Math.max(0, Math.min(at - excerptLength / 2, line.length - excerptLength))
  const cut = line.slice(from, from + excerptLength)
  const before = from > 0 ? '…' : ''
  const behind = from + cut.length < line.length ? '…' : ''
  return { source: `${before}${printable(cut)}${behind}`, caret: before.length + at - from }
}

/** `text` without what could move a terminal's cursor or turn the direction of writing; of the same length. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\t]|[\p{Zl}\p{Zp}]/gu, (found) => '\uFFFD'.repeat(found.length))
}
