/** Randomness by name: what one stream draws does not depend on what others draw, nor whether they draw at all. */
export interface Chance {
  /** The next draw of a stream, in [0, 1). */
  draw(stream: string): number
  /** In [low, high). */
  between(stream: string, low: number, high: number): number
  /** A whole number from `low` to `high`, both included. */
  whole(stream: string, low: number, high: number): number
  pick<T>(stream: string, from: readonly [T, ...T[]]): T
}

/** All streams of one seed. */
export function openChance(seed: number): Chance {
  const drawn = new Map<string, number>()
  const draw = (stream: string) => {
    const place = drawn.get(stream) ?? 0
    drawn.set(stream, place + 1)
    return hashOf(seed, stream, place) / 2 ** 32
  }
  const whole: Chance['whole'] = (stream, low, high) => low + Math.floor(draw(stream) * (high - low + 1))
  return {
    draw,
    whole,
    between: (stream, low, high) => low + draw(stream) * (high - low),
    pick: (stream, from) => from[whole(stream, 0, from.length - 1)] ?? from[0],
  }
}

/** FNV-1a over the text, then the finisher of MurmurHash3: 32 bits that look like dice. */
export function hashOf(seed: number, text: string, place: number): number {
  let hash = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ place, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
