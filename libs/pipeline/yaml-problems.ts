import type { ProblemList } from './problem-list.ts'
import { quoted } from './quoted.ts'

// What can be wrong with a file as YAML, whatever it is about.

/** A type such as `!!int` stands in front of a value. */
export function addTypeProblem(problems: ProblemList, start: number, type: string): void {
  problems.add('PIPELINE_SYNTAX', start, {
    message: `the type ${quoted(type)} is not understood`,
    hint: 'Remove it; put what shall be text in quotes.',
  })
}

/** A list or a map stands where a key should. */
export function addKeyProblem(problems: ProblemList, start: number): void {
  problems.add('PIPELINE_WRONG_TYPE', start, {
    message: 'a key must be text',
    hint: 'Write one word in front of the colon; put text that begins with [ or { in quotes.',
  })
}

/** A key is `<<`. */
export function addMergeProblem(problems: ProblemList, start: number): void {
  problems.add('PIPELINE_MERGE_KEY', start, {
    message: 'merge keys (`<<`) are not understood',
    hint: 'Write the keys out; an alias (`*name`) as a value works.',
  })
}

/** A key stands in a map again that began at `first` before. */
export function addDuplicateProblem(problems: ProblemList, start: number, { key, first }: DuplicateKey): void {
  problems.add('PIPELINE_DUPLICATE_KEY', start, {
    message: `the key ${quoted(key)} stands here again`,
    hint: `It is in line ${problems.lineOf(first)} already; keep one of them.`,
  })
}

export interface DuplicateKey {
  readonly key: string
  readonly first: number
}

/** An alias (`*name`) whose anchor is not above it. */
export function addAliasProblem(problems: ProblemList, start: number, alias: string): void {
  problems.add('PIPELINE_SYNTAX', start, {
    message: `nothing above is marked as ${quoted(alias.replace('*', '&'))}`,
    hint: 'Mark the value that it shall stand for so; put text that begins with * in quotes.',
  })
}

/** More aliases than `limit`. */
export function addAliasLimitProblem(problems: ProblemList, start: number, limit: number): void {
  problems.add('PIPELINE_OVER_LIMIT', start, { message: `more than ${limit} aliases`, hint: 'Write the values out.' })
}

/** A second document in one file. */
export function addDocumentProblem(problems: ProblemList, start: number): void {
  problems.add('PIPELINE_SYNTAX', start, {
    message: 'a second document begins here',
    hint: 'A pipeline is one document; remove the line `---` and what does not belong to it.',
  })
}
