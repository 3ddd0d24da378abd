/** Values with fewer bytes are not hidden: that would tear every log. */
const minBytes = 4
/** A line of a secret with fewer letters is too common to be hidden. */
const minLineBytes = 6
/** Longer forms are cut into pieces; the last one may have up to `minLineBytes` more. */
const pieceBytes = 64

/**
 * Every form in which secrets are known to turn up in output, none shorter than 4 bytes: as they are; in base64, where it
 * may begin with any of three bits of a letter, also wrapped; in hex; URL-encoded; in JSON; quoted for a shell; and the lines of those with
 * more than one.
 *
 * @returns no form twice; long ones in pieces that touch.
 */
export function secretForms(values: readonly string[]): readonly Buffer[] {
  const forms = new Set<string>() // in latin1, one letter for each byte
  for (const value of values) {
    for (const form of formsOf(value.toWellFormed())) {
      for (const piece of piecesOf(Buffer.from(form).toString('latin1'))) forms.add(piece)
    }
  }
  return [...forms].map((form) => Buffer.from(form, 'latin1'))
}

function formsOf(value: string): readonly string[] {
  if (Buffer.byteLength(value) < minBytes) return []
  const trimmed = value.trim()
  const wholes = [...new Set([value, ...(Buffer.byteLength(trimmed) < minBytes ? [] : [trimmed])])]
  const lines = value.includes('\n') ? value.split('\n').map((line) => line.trim()) : []
  return [
    ...wholes.flatMap((whole) => [whole, ...base64Forms(whole), ...hexForms(whole), ...urlForms(whole)]),
    ...wholes.flatMap((whole) => [...jsonForms(whole), ...shellForms(whole)]),
    ...lines.filter((line) => Buffer.byteLength(line) >= minLineBytes).flatMap((line) => [line, ...jsonForms(line)]),
  ].filter((form) => Buffer.byteLength(form) >= minBytes)
}

/** Of text that stands 0, 1 or 2 bytes behind a multiple of three: what is certain, and the end with and without padding. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value)
  const encoded = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const firstCertain = Math.ceil((before * 8) / 6)
    const certain = Math.floor(((before + bytes.length) * 8) / 6)
    const ends = [whole.slice(firstCertain), whole.slice(firstCertain).replace(/=+$/, '')]
    return [whole.slice(firstCertain, certain), ...ends, ...groupPairs(whole, firstCertain, certain)]
  })
  return encoded.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

const groupLength = 4

/** Base64 is wrapped between any two groups of letters, as what stands before it will have it: so every pair of groups is a form. */
function groupPairs(whole: string, from: number, to: number): string[] {
  const pairs: string[] = []
  for (let at = 0; at + groupLength < to; at += groupLength) {
    pairs.push(whole.slice(Math.max(from, at), Math.min(to, at + 2 * groupLength)))
  }
  return pairs.filter((pair) => pair.length > groupLength)
}

function hexForms(value: string): string[] {
  const hex = Buffer.from(value).toString('hex')
  return [hex, hex.toUpperCase()]
}

/** As browsers, forms and Python do it. */
function urlForms(value: string): string[] {
  const encoded = encodeURIComponent(value)
  const strict = encoded.replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  const all = [encoded, strict].flatMap((form) => [form, form.replaceAll('%2F', '/'), form.replaceAll('%20', '+')])
  return all.flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())])
}

/** As most write it, only in ASCII, and as Go, .NET and PHP do. */
function jsonForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const dotNet = json
    .replaceAll('\\"', '\\u0022')
    .replace(/[<>&'+`\u0080-\uffff]/g, (letter) => `\\u${hexOf(letter).toUpperCase()}`)
  return [
    json,
    json.replace(/[\u0080-\uffff]/g, (letter) => `\\u${hexOf(letter)}`),
    json.replace(/[<>&]/g, (letter) => `\\u${hexOf(letter)}`),
    dotNet,
    json.replaceAll('/', '\\/'),
  ]
}

function hexOf(letter: string): string {
  return letter.charCodeAt(0).toString(16).padStart(4, '0')
}

/** Between single quotes, between double quotes, and without quotes. */
function shellForms(value: string): string[] {
  return [
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[\\$`"!]/g, '\\$&'),
    value.replace(/[\\$`"]/g, '\\$&'),
    value.replace(/[^A-Za-z0-9_@%+=:,./\n-]/g, '\\$&'),
  ]
}

/** @param form one letter for each byte. */
function piecesOf(form: string): string[] {
  const pieces: string[] = []
  let at = 0
  for (; form.length - at >= pieceBytes + minLineBytes; at += pieceBytes) pieces.push(form.slice(at, at + pieceBytes))
  pieces.push(form.slice(at))
  return pieces
}
