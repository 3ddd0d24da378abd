import type { QuarantinedMessage, StoreTables } from '@narwhal/store'
import type { PlainQuarantined, PlainRows } from './plain-rows.ts'
import type { Undo } from './rows.ts'

/** Keys of deliveries, messages put aside, and what reporters told. */
export function plainAside(rows: PlainRows, undo: Undo): Pick<StoreTables, 'deliveries' | 'quarantine' | 'reports'> {
  const { deliveries, reports } = rows
  const isOf = (one: { delivery: string; secretId: string; sha256: string }, other: typeof one) =>
    one.delivery === other.delivery || (one.secretId === other.secretId && one.sha256 === other.sha256)
  return {
    deliveries: {
      findBuild: async (keys) => deliveries.all().find((one) => isOf(one, keys))?.buildId,
      async insert({ delivery: id, secretId, sha256, buildId }) {
        const delivery = { delivery: id, secretId, sha256, buildId }
        if (deliveries.all().some((one) => isOf(one, delivery)))
          throw dataFault('there is a delivery of this key already')
        deliveries.set(delivery.delivery, delivery, undo)
      },
    },
    quarantine: quarantineOf(rows, undo),
    reports: {
      async put(record) {
        const key = `${record.buildId} ${record.report.target}`
        if ((reports.get(key)?.sequence ?? 0) <= record.sequence) reports.set(key, record, undo)
      },
      ofBuilds: async (ids) =>
        reports
          .all()
          .filter(({ buildId }) => ids.includes(buildId))
          .toSorted((a, b) => (a.report.target < b.report.target ? -1 : 1)),
    },
  }
}

function quarantineOf({ quarantine }: PlainRows, undo: Undo): StoreTables['quarantine'] {
  const listed = () => quarantine.all().filter(({ takenAt }) => takenAt === undefined)
  return {
    async put(message) {
      const key = JSON.stringify([message.topic, message.messageId, message.body])
      const known = quarantine.get(key)
      if (known?.at === message.at) return
      quarantine.set(key, { ...message, id: known?.id ?? message.id, takenAt: undefined }, undo)
    },
    find: async (id) => quarantine.all().find((one) => one.id === id),
    list: async ({ limit, after }) =>
      listed()
        .filter(({ id }) => after === undefined || id < after)
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit)
        .map(messageOf),
    async settle(id, takenAt) {
      for (const [key, one] of quarantine.entries()) if (one.id === id) quarantine.set(key, { ...one, takenAt }, undo)
    },
    count: async () => {
      const byTopic = Map.groupBy(listed(), ({ topic }) => topic)
      return Object.fromEntries([...byTopic].map(([topic, of]) => [topic, of.length]))
    },
  }
}

function messageOf(one: PlainQuarantined): QuarantinedMessage {
  const { takenAt: _, ...message } = one
  return message
}

/** As node:sqlite says that a key is there already. */
export function dataFault(message: string): Error {
  return Object.assign(new RangeError(message), { code: 'ERR_SQLITE_ERROR', errcode: 2067 })
}
