/** Up to this length the engine's own search is linear enough. */
const shortLength = 64

/**
 * Where `wanted` begins in `text`, at `from` or later; -1 for nowhere. Like `indexOf`, but its time grows with the length of
 * the two and not with their product: both may be a stranger's.
 */
export function findText(text: string, wanted: string, from = 0): number {
  if (wanted.length <= shortLength) return text.indexOf(wanted, from)
  const borders = bordersOf(wanted)
  let matched = 0
  for (let at = from; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    while (matched > 0 && wanted.charCodeAt(matched) !== letter) matched = borders[matched - 1] ?? 0
    if (wanted.charCodeAt(matched) === letter) matched++
    if (matched === wanted.length) return at - matched + 1
  }
  return -1
}

/** For each beginning of a text the longest shorter beginning that it ends with (Knuth, Morris, Pratt). */
function bordersOf(text: string): Int32Array {
  const borders = new Int32Array(text.length)
  let length = 0
  for (let at = 1; at < text.length; at++) {
    const letter = text.charCodeAt(at)
    while (length > 0 && text.charCodeAt(length) !== letter) length = borders[length - 1] ?? 0
    if (text.charCodeAt(length) === letter) length++
    borders[at] = length
  }
  return borders
}
