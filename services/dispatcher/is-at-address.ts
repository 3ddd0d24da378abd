import { connect } from 'node:net'

/** How a system says that nobody is there: the machine refuses the connection, or the name means nothing any more. */
const refusals = new Set(['ECONNREFUSED', 'ENOTFOUND'])

/**
 * Whether somebody may be at an http(s) URL. Only a refusal is a no; no answer within `limitMs` says nothing, and so counts
 * as a yes.
 */
export async function isAtAddress(url: string, limitMs: number): Promise<boolean> {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
  const limit = AbortSignal.timeout(limitMs)
  const answer = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(!refusals.has(error.code ?? '')))
    limit.addEventListener('abort', () => setImmediate(resolve, true), { once: true }) // an answer that waits to be read comes first
  })
  return answer.finally(() => socket.destroy())
}
