import { randomBytes } from 'node:crypto'

let lastMs = 0
let counter = 0

/** One that sorts after `before`, another id of this kind, whoever made it by whatever clock. */
export function newIdAfter(before: string, nowMs: number): string {
  const beforeMs = Number.parseInt(before.slice(0, 8) + before.slice(9, 13), 16)
  return newId(Math.max(nowMs, beforeMs + 1))
}

/**
 * A UUID of version 7 (RFC 9562): 48 bits of time, a counter within the millisecond, random bits. Ids made later by this
 * process sort later, also when its clock steps back.
 *
 * @param nowMs milliseconds since the epoch.
 */
export function newId(nowMs: number): string {
  const bytes = randomBytes(16)
  counter = nowMs > lastMs ? bytes.readUInt16BE(6) & 0x7ff : counter + 1
  lastMs = Math.max(lastMs, nowMs) + (counter > 0xfff ? 1 : 0)
  counter = counter > 0xfff ? 0 : counter
  bytes.writeUIntBE(lastMs, 0, 6)
  bytes.writeUInt16BE(0x7000 | counter, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
