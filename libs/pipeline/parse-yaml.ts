import type { ProblemCode } from '@narwhal/protocol'
import { type Event, EVENT_ID, parseEvents, YAMLException } from 'js-yaml'
import type { ProblemText } from './problem-list.ts'
import type { YamlSource } from './reading.ts'
import { readYamlTree } from './read-yaml-tree.ts'
import type { YamlValue } from './yaml-value.ts'

const maxDepth = 32

/**
 * The tree of a YAML 1.2 text. What is wrong with it as YAML goes to `problems`; it throws nothing.
 *
 * @returns `undefined` when the text cannot be read at all, or holds nothing.
 */
export function parseYaml({ text, problems }: YamlSource): YamlValue | undefined {
  try {
    const events = parseEvents(text, { maxDepth })
    if (holdsNothing(events)) return empty(problems)
    return readYamlTree(events, { text, problems })
  } catch (error) {
    // js-yaml asks its callers to expect other exceptions than its own as well
    addSyntaxProblem(error, { text, problems })
    return undefined
  }
}

function holdsNothing(events: readonly Event[]): boolean {
  const content = events.find((event) => event.type !== EVENT_ID.DOCUMENT)
  return content === undefined || (content.type === EVENT_ID.SCALAR && content.valueStart === -1)
}

function empty(problems: YamlSource['problems']): undefined {
  problems.add('PIPELINE_EMPTY', 0, {
    message: 'the file is empty',
    hint: 'At the least it says `image: node:24` and `run: npm ci && npm test`.',
  })
}

function addSyntaxProblem(error: unknown, { text, problems }: YamlSource): void {
  const { reason, mark } = error instanceof YAMLException ? error : { reason: String(error) }
  const at = mark?.position ?? 0
  // what is left open ends at a blank line or the end: the place to look at is the text before it
  const offset = /^[ \t]*(?:[\r\n]|$)/.test(text.slice(at)) ? text.slice(0, at).trimEnd().length : at
  const { code = 'PIPELINE_SYNTAX', ...says } = inOurWords(reason)
  problems.add(code, offset, says)
}

interface SyntaxText extends ProblemText {
  readonly code?: ProblemCode
}

/** What js-yaml says, by its beginning, and what we say. */
const ours: Readonly<Record<string, SyntaxText>> = {
  'nesting exceeded': {
    code: 'PIPELINE_OVER_LIMIT',
    message: `lists and maps stand more than ${maxDepth} deep in one another`,
    hint: 'No pipeline needs that; write it flatter.',
  },
  'tab characters': {
    message: 'a tab in the indentation',
    hint: 'YAML wants spaces at the beginning of a line; replace the tab.',
  },
  'deficient indentation': {
    message: 'a quote or a bracket was opened and is not closed here, or this line is indented too little',
    hint: 'Close it, or indent the line as much as those it belongs to.',
  },
  'bad indentation': {
    message: 'this does not fit what stands around it',
    hint: 'Line it up with its neighbours; put text that has ": " in quotes, for example: run: "echo a: b"',
  },
  'null byte': { message: 'a NUL byte', hint: 'Remove it.' },
  'the stream contains non-printable': { message: 'a character that cannot be printed', hint: 'Remove it.' },
}

function inOurWords(reason: string): SyntaxText {
  const found = Object.keys(ours).find((beginning) => reason.startsWith(beginning))
  const hint = 'Look at this place and the line above it: indentation, a quote, a bracket or a colon.'
  return (found === undefined ? undefined : ours[found]) ?? { message: reason, hint }
}
