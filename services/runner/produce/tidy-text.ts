import type { Masker } from '../steps/masker.ts'

/** What a line of `Produced` may have. */
const maxLength = 1_000

/** A text of a stranger for people: without terminal codes, control characters and marks that turn text around, masked, cut. */
export function tidyText(text: string, { mask }: Pick<Masker, 'mask'>): string {
  const plain = text
    .replaceAll('\r\n', '\n')
    .replaceAll(/\x1b\[[0-9;:?]*[A-Za-z]/g, '')
    .replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
  return mask(plain).slice(0, maxLength).toWellFormed()
}
