import { problem } from '@narwhal/protocol'

/** Which build or job a person means. */
export type What =
  | { readonly kind: 'id'; readonly id: string }
  /** A build by its number, or the newest one; of one repository, or of all. */
  | { readonly kind: 'build'; readonly repository?: string; readonly number?: number }

const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const named = /^((?:[A-Za-z0-9_.-]+\/){1,2}[A-Za-z0-9_.-]+)(?:#([1-9]\d{0,14}))?$/

/**
 * `owner/name#12`, `host/owner/name#12`, `owner/name` (its newest build), `#12` or `12`, an id, or nothing for the newest.
 *
 * @throws {ProblemError} WHAT_UNCLEAR
 */
export function parseWhat(what: string | undefined): What {
  if (what === undefined) return { kind: 'build' }
  if (id.test(what)) return { kind: 'id', id: what.toLowerCase() }
  const [, number] = /^#?([1-9]\d{0,14})$/.exec(what) ?? []
  if (number !== undefined) return { kind: 'build', number: Number(number) }
  const [, repository, numberOf] = named.exec(what) ?? []
  if (repository === undefined) throw problem('WHAT_UNCLEAR', `"${what}" names no build`)
  return { kind: 'build', repository, ...(numberOf === undefined ? {} : { number: Number(numberOf) }) }
}
