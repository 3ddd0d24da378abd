import { listQuarantine, type QuarantineView, requeueMessage } from '@narwhal/protocol'
import { withApi } from '../api/open-api.ts'
import { plainLine } from '../clean-text.ts'
import type { CommandContext } from '../command-context.ts'
import { describeAgo } from '../describe-time.ts'
import { cutText, formatTable } from '../format-table.ts'

export interface QuarantineOptions {
  readonly limit: number
  readonly json?: boolean
}

/** `narwhal quarantine list`: messages that no service could take, and why, as a table or as JSON. */
export async function listMessages({ limit, json }: QuarantineOptions, context: CommandContext): Promise<number> {
  const { terminal, clock, signal } = context
  const { messages, next } = await withApi(context, ({ client, at }) =>
    client.call(listQuarantine, { ...at, query: { limit }, signal }),
  )
  if (json === true) terminal.print(JSON.stringify(messages, null, 2))
  else for (const line of tableOf(messages, clock.now())) terminal.print(line)
  if (next !== undefined)
    terminal.remark(`There may be more: narwhal quarantine list --limit ${Math.min(100, limit * 5)}`)
  return 0
}

function tableOf(messages: readonly QuarantineView[], now: number): readonly string[] {
  if (messages.length === 0) return ['Quarantine is empty: every message could be taken.']
  const rows = messages.map(({ id, topic, at, length, because }) => [
    plainLine(id),
    plainLine(topic),
    describeAgo(now - at),
    String(length),
    cutText(plainLine(because), 120),
  ])
  return formatTable([['ID', 'TOPIC', 'TRIED', 'LENGTH', 'WHY'], ...rows])
}

/** `narwhal quarantine requeue ID`: takes a message again; ends with 1 when it still cannot be taken. */
export async function requeue(id: string, context: CommandContext): Promise<number> {
  const { terminal, signal } = context
  const { state, because, buildId } = await withApi(context, ({ client, at }) =>
    client.call(requeueMessage, { ...at, params: { quarantineId: id }, signal }),
  )
  if (state === 'kept') {
    terminal.remark(`It stays in quarantine: ${plainLine(because ?? '')}`)
    return 1
  }
  const build = buildId === undefined ? 'It is taken' : `It is taken, as build ${buildId}: narwhal log -f ${buildId}`
  const again = 'It is published again; if it still cannot be taken, it comes back: narwhal quarantine list'
  terminal.print(state === 'taken' ? build : again)
  return 0
}
