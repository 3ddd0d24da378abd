import type { IncomingHttpHeaders } from 'node:http'
import { problem } from '@narwhal/protocol'

/** A delivery whose signature was verified. */
export interface ParsedDelivery {
  /** The forge's id of the delivery. It is not signed. */
  readonly deliveryId: string
  readonly event: string
  readonly payload: object
}

/**
 * Reads the headers and the body of a delivery: JSON, or a form with JSON in its field `payload`.
 *
 * @throws {ProblemError} BAD_JSON or WEBHOOK_MALFORMED.
 */
export function parseDelivery(headers: IncomingHttpHeaders, body: Buffer): ParsedDelivery {
  const event = header(headers, 'x-github-event', /^[\w.-]{1,100}$/)
  const deliveryId = header(headers, 'x-github-delivery', /^[\w.:-]{1,100}$/)
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')
  const payload = parseJson(isForm ? fieldOf(body) : body.toString('utf8'))
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw problem('WEBHOOK_MALFORMED', 'The payload is no JSON object')
  return { deliveryId, event, payload }
}

function header(headers: IncomingHttpHeaders, name: string, pattern: RegExp): string {
  const value = headers[name]
  if (typeof value === 'string' && pattern.test(value)) return value
  throw problem(
    'WEBHOOK_MALFORMED',
    `The header ${name} is ${value === undefined ? 'missing' : 'not what a forge sends'}`,
  )
}

function fieldOf(body: Buffer): string {
  const field = new URLSearchParams(body.toString('utf8')).get('payload')
  if (field === null) throw problem('WEBHOOK_MALFORMED', 'The form has no field `payload`')
  return field
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source)
  } catch (error) {
    throw problem('BAD_JSON', 'The payload is not JSON', { cause: error })
  }
}
