import { type HttpServer, type RouteTokens, serveRoute } from '@narwhal/host'
import { listQuarantine, type QuarantineView, requeueMessage } from '@narwhal/protocol'
import type { QuarantinedMessage } from '@narwhal/store'
import type { Changes } from './changes.ts'
import { requeue } from './requeue-message.ts'

/** Characters of a body that a list shows. */
const shown = 2_000

/** Quarantine: what is in it, and again with one message. */
export function serveQuarantineRoutes(
  server: HttpServer,
  { changes, tokens }: { readonly changes: Changes; readonly tokens: RouteTokens },
): void {
  serveRoute(server, listQuarantine, {
    tokens,
    answer: async ({ query: { limit = 20, after } }) => {
      const filter = { limit, ...(after === undefined ? {} : { after }) }
      const messages = await changes.change(({ tables }) => tables.quarantine.list(filter))
      const last = messages.at(-1)
      const next = messages.length === limit && last !== undefined ? { next: last.id } : {}
      return { messages: messages.map(viewOf), ...next }
    },
  })
  serveRoute(server, requeueMessage, {
    tokens,
    answer: ({ params }) => requeue(changes, params.quarantineId),
  })
}

function viewOf({ body, ...message }: QuarantinedMessage): QuarantineView {
  return { ...message, length: body.length, begins: body.slice(0, shown) }
}
