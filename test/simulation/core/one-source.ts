import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { PassThrough } from 'node:stream'
import zlib from 'node:zlib'
import { hashOf } from './chance.ts'

// Whatever could make two schedules of one seed differ has one source, for this OS process: chance, and what comes after
// the promises of a turn. Product code is not changed for it; what it imports from Node is.

const realImmediate = globalThis.setImmediate
const waiting: (() => void)[] = []

/** What code asked for by `setImmediate`, in order. */
export const immediates = {
  get length(): number {
    return waiting.length
  },
  shift: (): (() => void) | undefined => waiting.shift(),
  clear: (): void => void waiting.splice(0),
  /** The real thing, for the timeline alone. */
  next: (what: () => void): void => void realImmediate(what),
}

let seed = 0
let drawn = 0

function draw(): number {
  return hashOf(seed, 'product code', drawn++)
}

/** From now on `Math.random` and `node:crypto` draw from `newSeed`. */
export function drawFrom(newSeed: number): void {
  seed = newSeed
  drawn = 0
  immediates.clear()
}

/** Takes over chance, `setImmediate`, limits in real time and the threads of zlib. To be called once, before anything is simulated. */
export function takeOverChance(): void {
  Math.random = () => draw() / 2 ** 32
  const randomBytes = (size: number) => {
    const bytes = Buffer.alloc(size)
    for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(draw(), at - Math.max(0, at + 4 - size))
    return bytes
  }
  Object.assign(crypto, { randomBytes, randomUUID: () => uuidOf(randomBytes(16)) })
  for (const name of ['createGzip', 'createGunzip'])
    Object.defineProperty(zlib, name, { value: () => new PassThrough() })
  syncBuiltinESMExports()
  Object.assign(globalThis, { setImmediate: (what: () => void) => void waiting.push(what) })
  Error.stackTraceLimit = 0 // thousands of errors are part of a schedule, and nobody reads where they come from
  AbortSignal.timeout = () => new AbortController().signal
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join('-')
}
