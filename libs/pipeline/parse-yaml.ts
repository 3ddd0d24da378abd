import { type Event, EVENT_ID, parseEvents, YAMLException } from 'js-yaml'
import type { ProblemList } from './problem-list.ts'
import { readYamlTree } from './read-yaml-tree.ts'
import type { YamlValue } from './yaml-value.ts'

const maxDepth = 32

/**
 * The tree of a YAML 1.2 text. What is wrong with the text as YAML goes to `problems`; it throws nothing.
 *
 * @returns `undefined` when the text cannot be read at all, or holds nothing.
 */
export function parseYaml(text: string, problems: ProblemList): YamlValue | undefined {
  try {
    const events = parseEvents(text, { maxDepth })
    if (holdsNothing(events)) return empty(problems)
    return readYamlTree(events, { text, problems })
  } catch (error) {
    // js-yaml asks its callers to expect other exceptions than its own as well
    addSyntaxProblem(problems, error)
    return undefined
  }
}

function holdsNothing(events: readonly Event[]): boolean {
  const content = events.find((event) => event.type !== EVENT_ID.DOCUMENT)
  return content === undefined || (content.type === EVENT_ID.SCALAR && content.valueStart === -1)
}

function empty(problems: ProblemList): undefined {
  problems.add('PIPELINE_EMPTY', 0, {
    message: 'the file is empty',
    hint: 'At the least it says `image: node:24` and `run: npm ci && npm test`.',
  })
}

function addSyntaxProblem(problems: ProblemList, error: unknown): void {
  const reason = error instanceof YAMLException ? error.reason : String(error)
  const offset = error instanceof YAMLException ? (error.mark?.position ?? 0) : 0
  if (reason.startsWith('nesting exceeded')) {
    problems.add('PIPELINE_OVER_LIMIT', offset, {
      message: `lists and maps stand more than ${maxDepth} deep in one another`,
      hint: 'No pipeline needs that; write it flatter.',
    })
    return
  }
  problems.add('PIPELINE_SYNTAX', offset, { message: reason, hint: syntaxHint(reason) })
}

const syntaxHints: readonly (readonly [RegExp, string])[] = [
  [/tab characters/, 'YAML wants spaces at the beginning of a line; replace the tab.'],
  [/quoted scalar/, 'A quote was opened and never closed; close it.'],
  [/flow collection|comma/, 'A [ or { was opened; put commas between its parts and close it.'],
  [
    /bad indentation|deficient indentation/,
    'Line it up with its neighbours, close what was opened above, put text that has ": " in quotes.',
  ],
  [/null byte|non-printable/, 'Remove that character.'],
]

function syntaxHint(reason: string): string {
  const found = syntaxHints.find(([pattern]) => pattern.test(reason))
  return found?.[1] ?? 'Look at this place and the line above it: indentation, a missing quote or a colon.'
}
