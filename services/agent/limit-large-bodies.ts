import type { IncomingMessage } from 'node:http'
import { problem } from '@narwhal/protocol'

/** From how many bytes on a body counts as large, and how many of those may arrive at the same time. */
const largeBytes = 1024 * 1024
const maxLarge = 8

/** Bounds the memory that unverified senders can fill. A body of unknown length counts as large. */
export function limitLargeBodies(): (request: IncomingMessage) => void {
  let arriving = 0
  return (request) => {
    const declared = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
    if (declared <= largeBytes) return
    if (arriving >= maxLarge) throw problem('WEBHOOKS_BUSY', `${maxLarge} deliveries above 1 MiB are arriving`)
    arriving++
    request.once('close', () => void arriving--)
  }
}
