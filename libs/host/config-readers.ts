import type { Wrong } from './config.ts'
import { weakness } from './tokens.ts'

// Readers for `required` and `optional`: a text → the value, or what is wrong with it.

/** Any text. */
export function text(given: string): string {
  return given
}

/** A secret that is long and random enough to start with. */
export function secret(given: string): string | Wrong {
  const weak = weakness(given)
  return weak === undefined ? given : { wrong: weak }
}

/** One or more secrets, separated by commas. */
export function secrets(given: string): readonly string[] | Wrong {
  const all = given.split(',').map((one) => one.trim())
  const weak = all.map(weakness).find((one) => one !== undefined)
  return weak === undefined ? all : { wrong: weak }
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

/** One of the levels of the log. */
export function logLevel(given: string): string | Wrong {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
  return levels.includes(given) ? given : { wrong: `is "${given}"; set one of ${levels.join(', ')}` }
}
