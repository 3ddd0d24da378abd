const longestSequence = 4_096

/** Takes a text in pieces; each call gives what is safe to show of it. */
export interface TextCleaner {
  take(piece: string): string
}

/**
 * Makes the output of strangers safe to show: escape sequences and control characters go, line breaks and tabs stay, and
 * colours (SGR) where `colours`. A lone carriage return becomes a line break. Sequences may be split between pieces.
 */
export function openTextCleaner({ colours }: { readonly colours: boolean }): TextCleaner {
  let kept = ''
  return {
    take(piece) {
      const { shown, begun } = clean(kept + piece, colours)
      kept = begun.length > longestSequence ? '' : begun
      return shown
    },
  }
}

/** A foreign text as one line without any control character. */
export function plainLine(text: string): string {
  return whole(text)
    .replaceAll(/[\n\t\u2028\u2029]+/g, ' ')
    .trim()
}

/** A foreign text as lines without any control character but tabs. */
export function plainLines(text: string): readonly string[] {
  return whole(text).trimEnd().split('\n')
}

function whole(text: string): string {
  const { shown, begun } = clean(text, false)
  return begun.startsWith('\r') ? `${shown}\n` : shown
}

// A text is cut into tokens from its start, in one pass, so that what a token becomes depends on nothing but itself:
// line breaks, CSI (7-bit and 8-bit), OSC and other strings up to their end, two- and three-character sequences, controls.
const token =
  /(\r+\n?)|(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]|$)|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|\x1b$)?|\x1b[ -/]*[0-~]?|[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** Tokens that more text may continue. */
const unended =
  /^(?:\r+|(?:\x1b\[|\x9b)[0-?]*[ -/]*|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*\x1b?|\x1b[ -/]*)$/

interface Cleaned {
  readonly shown: string
  /** The last token, where more text may continue it; it is not in `shown`. */
  readonly begun: string
}

function clean(text: string, colours: boolean): Cleaned {
  let begun = ''
  type Groups = [lineBreak: string | undefined, parameters: string | undefined, final: string | undefined, at: number]
  const shown = text.replaceAll(token, (found, ...[lineBreak, parameters = '', final, at]: Groups) => {
    if (at + found.length === text.length && unended.test(found)) {
      begun = found
      return ''
    }
    if (lineBreak !== undefined) return '\n'
    return colours && final === 'm' && /^[0-9;:]*$/.test(parameters) ? found.replace('\x9b', '\x1b[') : ''
  })
  return { shown, begun }
}
