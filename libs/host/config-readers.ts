import { readFileSync } from 'node:fs'
import type { Wrong } from './config.ts'
import { hashToken, tokenPattern, weakness } from './tokens.ts'

// Readers for `required` and `optional`: a text → the value, or what is wrong with it.

/** Any text. */
export function text(given: string): string {
  return given
}

/** A token that is long and random enough to start with, and fits into a header. */
export function secret(given: string): string | Wrong {
  const weak = weakness(given)
  if (weak !== undefined) return { wrong: weak }
  return tokenPattern.test(given) ? given : { wrong: 'may have only letters, digits and - . _ ~ + / =' }
}

/** One or more secrets of any characters, separated by commas. */
export function secrets(given: string): readonly string[] | Wrong {
  const all = given.split(',').map((one) => one.trim())
  const weak = all.map(weakness).find((one) => one !== undefined)
  return weak === undefined ? all : { wrong: weak }
}

/** Somebody whose token lets jobs go on that wait for an approval; only the token's hash is kept. */
export interface Approver {
  readonly name: string
  readonly tokenHash: string
}

/** Approvers as `name:token`, separated by spaces. */
export function approvers(given: string): readonly Approver[] | Wrong {
  const pairs = given.split(/\s+/).filter((pair) => pair !== '')
  const read = pairs.map((pair) => /^([\w.@-]{1,100}):(.+)$/.exec(pair))
  const all: Approver[] = []
  for (const [place, match] of read.entries()) {
    const [, name, token] = match ?? []
    if (name === undefined || token === undefined)
      return { wrong: `has no "name:token" in its place ${place + 1}; a name has letters, digits and _ . @ -` }
    const checked = secret(token)
    if (typeof checked !== 'string') return { wrong: `has a token for ${name} that ${checked.wrong}` }
    all.push({ name, tokenHash: hashToken(token) })
  }
  const isTwice = (key: keyof Approver) => new Set(all.map((one) => one[key])).size < all.length
  return isTwice('name') || isTwice('tokenHash') ? { wrong: 'has a name or a token twice' } : all
}

/** The text of the pipeline in a file, 256 KiB at the most. */
export function pipelineFile(path: string): string | Wrong {
  try {
    const text = readFileSync(path, 'utf8')
    return text.length <= 262_144 ? text : { wrong: `names ${path}, which has more than 256 KiB` }
  } catch {
    return { wrong: `names ${path}, which cannot be read; check the path and its mode` }
  }
}

/** A port number, 0 for any free one. */
export function portNumber(given: string): number | Wrong {
  const port = Number(given)
  return Number.isInteger(port) && port >= 0 && port < 65_536
    ? port
    : { wrong: `is "${given}"; set a number from 0 to 65535` }
}

/** A whole number above 0. */
export function positive(given: string): number | Wrong {
  const number = Number(given)
  return Number.isSafeInteger(number) && number > 0 ? number : { wrong: `is "${given}"; set a whole number above 0` }
}

/** A duration in milliseconds, a whole number from `minMs` to `maxMs`. */
export function durationMs(minMs: number, maxMs: number): (given: string) => number | Wrong {
  return (given) => {
    const ms = Number(given)
    const fits = Number.isInteger(ms) && ms >= minMs && ms <= maxMs
    return fits ? ms : { wrong: `is "${given}"; set milliseconds from ${minMs} to ${maxMs}` }
  }
}

/** How long an attempt may stay without a sign of life: 1 s to 24 h. */
export const leaseMs = durationMs(1_000, 24 * 3_600_000)

/** How long a job may wait for a runner: 1 s to 365 days. */
export const queueLimitMs = durationMs(1_000, 365 * 24 * 3_600_000)

/** How many attempts a runner holds at once. */
export function slotCount(given: string): number | Wrong {
  const slots = positive(given)
  return typeof slots === 'number' && slots > 1024 ? { wrong: `is "${given}"; use at most 1024` } : slots
}

/** The name of a runner. */
export function runnerName(given: string): string | Wrong {
  return given.length <= 100 ? given : { wrong: `has ${given.length} characters; use at most 100` }
}

/** The labels of a runner, separated by commas. */
export function runnerLabels(given: string): readonly string[] | Wrong {
  const labels = list(given)
  if (labels.length > 100) return { wrong: `holds ${labels.length} labels; use at most 100` }
  const long = labels.find((label) => label.length > 200)
  return long === undefined
    ? labels
    : { wrong: `has a label of ${long.length} characters, "${long.slice(0, 20)}…"; use at most 200` }
}

/** An http or https URL, without a slash at its end. */
export function httpUrl(given: string): string | Wrong {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return { wrong: `is "${given}"; set a URL that begins with http:// or https://` }
  return given.replace(/\/+$/, '')
}

/** A comma-separated list without empty parts. */
export function list(given: string): readonly string[] {
  return given
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** Certificates in PEM. */
export function certificates(given: string): string | Wrong {
  return given.includes('-----BEGIN CERTIFICATE-----')
    ? given
    : { wrong: 'holds no certificate in PEM; give a file with one in NARWHAL_CA_FILE' }
}

/** One of the levels of the log. */
export function logLevel(given: string): string | Wrong {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
  return levels.includes(given) ? given : { wrong: `is "${given}"; set one of ${levels.join(', ')}` }
}
