const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that can be shown now, as text where they are UTF-8, and what has to wait for more. */
export interface Utf8Cut {
  readonly text: string | undefined
  readonly bytes: Uint8Array
  readonly rest: Uint8Array
}

/** Cuts at the last border between characters; `isLast`: nothing more will come, so nothing is kept back. */
export function cutUtf8(bytes: Uint8Array, isLast: boolean): Utf8Cut {
  const border = isLast ? bytes.length : bytes.length - unfinishedBytes(bytes)
  const whole = bytes.subarray(0, border)
  return { text: decode(whole), bytes: whole, rest: bytes.subarray(border) }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes)
  } catch {
    return undefined
  }
}

/** How many bytes at the end begin a character that is not whole yet: 0 to 3. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > back ? back : 0
  }
  return 0
}
