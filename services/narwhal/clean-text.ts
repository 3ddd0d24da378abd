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
      const text = kept + piece
      const end = endOfWhole(text)
      kept = text.slice(end)
      return clean(text.slice(0, end), colours)
    },
  }
}

/** A foreign text as one line without any control character. */
export function plainLine(text: string): string {
  return clean(text, false)
    .replaceAll(/[\n\t\u2028\u2029]+/g, ' ')
    .trim()
}

/** A foreign text as lines without any control character but tabs. */
export function plainLines(text: string): readonly string[] {
  return clean(text, false).trimEnd().split('\n')
}

// CSI (7-bit and 8-bit), OSC and other strings up to their end, then two- and three-character sequences.
const sequence =
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~])|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g
const control = /[\0-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[0-9;:]*m)/g
const turning = /[\u202a-\u202e\u2066-\u2069]/g

function clean(text: string, colours: boolean): string {
  return text
    .replaceAll(sequence, (whole, parameters?: string, final?: string) =>
      colours && final === 'm' && /^[0-9;:]*$/.test(parameters ?? '?') ? whole.replace('\x9b', '\x1b[') : '',
    )
    .replaceAll(/\r+\n?/g, '\n')
    .replaceAll(control, '')
    .replaceAll(turning, '')
}

/** Where a sequence or a line break begins that the next piece may end. */
function endOfWhole(text: string): number {
  const begun =
    /\r+$|(?:\x1b\[|\x9b)[0-?]*[ -/]*$|(?:\x1b[\]P^_X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*\x1b?$|\x1b[ -/]*$/.exec(
      text,
    )
  return begun === null || text.length - begun.index > longestSequence ? text.length : begun.index
}
