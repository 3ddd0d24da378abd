import { secretForms } from './secret-forms.ts'

// 1. A byte is hidden when any occurrence of any form covers it; hidden bytes in a row become one `***`.
// 2. What becomes of a byte depends on the text alone, never on how it was cut: a byte is decided once no form that
//    could begin at it needs bytes that are not there yet. So at most the longest form is held back.
// 3. Forms are short (`maxFormBytes`): long ones come in pieces that touch. That bounds both what is held back and the
//    time for each byte.

/** Hides secrets in what leaves the runner: best effort, a step may always spell them otherwise. */
export interface Masker {
  /** There is nothing to hide. */
  readonly isEmpty: boolean
  mask(text: string): string
  /** For text that comes in chunks. */
  stream(): MaskStream
}

export interface MaskStream {
  /** What is decided by now of all that was given. */
  push(bytes: Uint8Array): Buffer
  /** The rest. */
  end(): Buffer
}

/** Hides `values`, which are whole secrets, in every form in which they are known to turn up. */
export function openMasker(values: readonly string[]): Masker {
  const forms = indexForms(secretForms(values))
  const stream = () => openStream(forms)
  const mask = (text: string) => {
    const one = stream()
    return Buffer.concat([one.push(Buffer.from(text)), one.end()]).toString()
  }
  return { isEmpty: forms === undefined, mask: forms === undefined ? (text) => text : mask, stream }
}

/** Forms by their first bytes. */
interface FormIndex {
  /** Whether some form begins with these two bytes, by their number, and whether these two come then. */
  readonly pairs: Uint8Array
  readonly nextPairs: Uint8Array
  /** Forms by the number of their first four bytes, and by their length, longest first: there are few lengths, but many forms. */
  readonly byHead: ReadonlyMap<number, readonly Group[]>
  readonly all: readonly Buffer[]
  readonly maxBytes: number
}

/** Forms that begin with the same bytes and are equally long. */
interface Group {
  readonly bytes: number
  /** In latin1. */
  readonly texts: Set<string>
  readonly forms: Buffer[]
}

const headBytes = 4

function indexForms(forms: readonly Buffer[]): FormIndex | undefined {
  if (forms.length === 0) return undefined
  const all = [...forms].sort((one, other) => other.length - one.length)
  const pairs = new Uint8Array(65_536)
  const nextPairs = new Uint8Array(65_536)
  const byHead = new Map<number, Group[]>()
  for (const form of all) {
    pairs[form.readUInt16BE(0)] = 1
    nextPairs[form.readUInt16BE(2)] = 1
    const head = form.readInt32BE(0)
    const groups = byHead.get(head) ?? []
    addForm(groups, form)
    byHead.set(head, groups)
  }
  return { pairs, nextPairs, byHead, all, maxBytes: all[0]?.length ?? 0 }
}

/** Forms come longest first. */
function addForm(groups: Group[], form: Buffer): void {
  const last = groups.at(-1)
  const group = last?.bytes === form.length ? last : { bytes: form.length, texts: new Set<string>(), forms: [] }
  if (group !== last) groups.push(group)
  group.texts.add(form.toString('latin1'))
  group.forms.push(form)
}

const nothing = Buffer.alloc(0)
const stars = Buffer.from('***')

function openStream(forms: FormIndex | undefined): MaskStream {
  if (forms === undefined) return { push: (bytes) => Buffer.from(bytes), end: () => nothing }
  let held: Buffer = nothing
  let hiddenUntil = -1

  const decide = (bytes: Buffer, isEnd: boolean): Buffer => {
    const decided = maskUntil(bytes, forms, { hiddenUntil, isEnd })
    held = bytes.subarray(decided.bytes)
    hiddenUntil = decided.hiddenUntil
    return decided.masked
  }
  return {
    push(bytes) {
      const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      return decide(held.length === 0 ? given : Buffer.concat([held, given]), false)
    },
    end: () => decide(held, true),
  }
}

interface Decided {
  readonly masked: Buffer
  /** How many are decided. */
  readonly bytes: number
  /** Counted from the first one that is not decided; -1 when the one before it is shown. */
  readonly hiddenUntil: number
}

/** Masks `bytes` up to the first one that is not decided yet. Those before `hiddenUntil` are hidden, and their stars are written. */
function maskUntil(
  bytes: Buffer,
  forms: FormIndex,
  options: { readonly hiddenUntil: number; readonly isEnd: boolean },
): Decided {
  const { pairs, nextPairs, maxBytes } = forms
  const parts: Buffer[] = []
  const certainUntil = options.isEnd ? bytes.length : bytes.length - maxBytes
  let { hiddenUntil } = options
  let at = 0
  for (; at < bytes.length; at++) {
    if (at > certainUntil && mayBegin(bytes.subarray(at), forms)) break
    if (pairs[((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)] === 0) continue
    if (nextPairs[((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)] === 0) continue
    const endsAt = at + longestAt(bytes, at, forms)
    if (endsAt === at || endsAt <= hiddenUntil) continue
    if (at > hiddenUntil) parts.push(bytes.subarray(Math.max(0, hiddenUntil), at), stars)
    hiddenUntil = endsAt
  }
  if (at > hiddenUntil) parts.push(bytes.subarray(Math.max(0, hiddenUntil), at))
  return { masked: Buffer.concat(parts), bytes: at, hiddenUntil: hiddenUntil < at ? -1 : hiddenUntil - at }
}

/** The length of the longest form that is at `at`, 0 for none. */
function longestAt(bytes: Buffer, at: number, { byHead }: FormIndex): number {
  if (at + headBytes > bytes.length) return 0
  for (const { bytes: length, texts } of byHead.get(bytes.readInt32BE(at)) ?? []) {
    if (at + length <= bytes.length && texts.has(bytes.toString('latin1', at, at + length))) return length
  }
  return 0
}

/** Whether these last bytes may be the beginning of a form that goes on behind them. */
function mayBegin(last: Buffer, { all, byHead }: FormIndex): boolean {
  const begins = (form: Buffer) => form.length > last.length && last.compare(form, 0, last.length) === 0
  if (last.length < headBytes) return all.some(begins)
  return (byHead.get(last.readInt32BE(0)) ?? []).some(({ forms }) => forms.some(begins))
}
