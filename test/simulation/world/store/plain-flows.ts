import type { StoreTables } from '@narwhal/store'
import type { PlainRows } from './plain-rows.ts'
import { dataFault } from './plain-aside.ts'
import type { Undo } from './rows.ts'

export function plainFlows(rows: PlainRows, undo: Undo): Pick<StoreTables, 'inflow' | 'outbox'> {
  const { messages, answers, outbox } = rows
  return {
    inflow: {
      async keepMessage({ id, buildId }) {
        if (messages.get(id) !== undefined) return false
        messages.set(id, buildId, undo)
        return true
      },
      buildOfMessage: async (id) => messages.get(id),
      findAnswer: async (key) => answers.get(key),
      async keepAnswer(key, { request, buildId }) {
        if (answers.get(key) !== undefined) throw dataFault(`there is an answer to ${key} already`)
        answers.set(key, { request, buildId }, undo)
      },
    },
    outbox: {
      async insert({ id, topic, body, buildId, sequence }) {
        const key = `${buildId} ${sequence}`
        if (outbox.get(key) !== undefined) throw dataFault(`there is a message ${key} already`)
        const place = Math.max(0, ...outbox.all().map((one) => one.place))
        outbox.set(key, { place: place + 1, message: { id, topic, body } }, undo)
      },
      list: async (limit) =>
        outbox
          .all()
          .toSorted((a, b) => a.place - b.place) // one that came back is not the last
          .slice(0, limit)
          .map(({ message }) => message),
      async remove(ids) {
        for (const [key, { message }] of outbox.entries()) if (ids.includes(message.id)) outbox.delete(key, undo)
      },
    },
  }
}
