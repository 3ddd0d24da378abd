import { randomBytes } from 'node:crypto'

// What is looked for is computed here from the values alone, and apart from the product's own masker: every piece of
// `pieceLength` letters of every form. So a leak of a part is found as well, and so is one that a line break has cut.

/** Secrets that no text holds by chance. */
export interface Canary {
  /** On one line, with letters that every encoding writes differently. */
  readonly line: string
  /** Four lines; one of them is too short to be hidden by itself. */
  readonly text: string
  /** Every form that is looked for. */
  readonly forms: readonly string[]
  /** The forms of which a part is in `bytes`. */
  find(bytes: Uint8Array): readonly string[]
}

const pieceLength = 12

export function makeCanary(): Canary {
  const line = `${letters(24)}/+é?&="'\\ $~${letters(24)}`
  const text = `${letters(60)}\n${letters(20)}"\\é%${letters(20)}\n}\n${letters(48)}\n`
  const forms = [...formsOf('line', line), ...formsOf('text', text), ...linesOf(text)]
  const pieces = new Map<string, readonly string[]>()
  for (const [form, spelled] of forms) {
    for (const piece of piecesOf(Buffer.from(spelled))) pieces.set(piece, [...(pieces.get(piece) ?? []), form])
  }
  const heads = new Uint8Array(2 ** 24)
  for (const piece of pieces.keys()) heads[headOf(Buffer.from(piece, 'latin1'), 0)] = 1
  return {
    line,
    text,
    forms: forms.map(([form]) => form),
    find(bytes) {
      const found = new Set<string>()
      for (const piece of piecesOf(bytes, heads)) for (const form of pieces.get(piece) ?? []) found.add(form)
      return forms.map(([form]) => form).filter((form) => found.has(form))
    },
  }
}

type Form = readonly [form: string, spelled: string]

function formsOf(name: string, value: string): readonly Form[] {
  const hex = Buffer.from(value).toString('hex')
  return [
    [`${name} as it is`, value],
    ...[0, 1, 2].flatMap((before) => base64Of(name, value, before)),
    [`${name} in hex`, hex],
    [`${name} in HEX`, hex.toUpperCase()],
    [`${name} in a URL`, encodeURIComponent(value)],
    [`${name} in JSON`, JSON.stringify(value).slice(1, -1)],
  ]
}

/** What `before` other bytes in front of the value make of it, but for the letters that they share with it. */
function base64Of(name: string, value: string, before: number): readonly Form[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)])
  const [from, to] = [Math.ceil((before * 4) / 3), Math.floor((bytes.length * 4) / 3)]
  return [
    [`${name} in base64 behind ${before}`, bytes.toString('base64').slice(from, to)],
    [`${name} in base64url behind ${before}`, bytes.toString('base64url').slice(from, to)],
  ]
}

function linesOf(text: string): readonly Form[] {
  const lines = text.split('\n').filter((line) => line.length >= pieceLength)
  return lines.map((line, index) => [`line ${index + 1} of text`, line])
}

/** Every piece, or those whose heads are marked, which is quick; one letter for each byte. */
function* piecesOf(bytes: Uint8Array, heads?: Uint8Array): Generator<string> {
  for (let at = 0; at + pieceLength <= bytes.length; at++)
    if (heads?.[headOf(bytes, at)] !== 0) yield Buffer.from(bytes.subarray(at, at + pieceLength)).toString('latin1')
}

/** The first bytes of a piece as a number. */
function headOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
}

function letters(count: number): string {
  return randomBytes(count)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, 'x')
    .slice(0, count)
}
