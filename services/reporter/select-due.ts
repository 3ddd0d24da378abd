import type { Kysely } from 'kysely'
import type { OutboxSchema } from './outbox-schema.ts'
import type { Report, ReportTarget } from './report.ts'

export interface DueQuestion {
  readonly at: number
  readonly exceptLanes: readonly string[]
  readonly limit: number
}

export interface Due {
  readonly reports: readonly Report[]
  /** When nothing is due: when the first report that rests has rested. */
  readonly nextAt?: number
}

/** The heads of lanes that may be told, the oldest first. Of what waits behind them nothing is read, of heads that rest the index. */
export async function selectDue(
  store: Kysely<OutboxSchema>,
  target: ReportTarget,
  { at, exceptLanes, limit }: DueQuestion,
): Promise<Due> {
  const heads = store
    .selectFrom('reports')
    .where('reports.target', '=', target)
    .where('is_head', '=', 1)
    .$if(exceptLanes.length > 0, (query) => query.where('lane', 'not in', exceptLanes))
  const rows = await heads
    .innerJoin('progress', (join) =>
      join.onRef('progress.build_id', '=', 'reports.build_id').onRef('progress.target', '=', 'reports.target'),
    )
    .select(['position', 'lane', 'reports.sequence', 'tries', 'build', 'told', 'receipt'])
    .where('rests_until', '<=', at)
    .orderBy('position')
    .limit(limit)
    .execute()
  const reports = rows.map(({ told, receipt, build, ...report }): Report => {
    const shown = { ...(told === null ? {} : { told }), ...(receipt === null ? {} : { receipt: JSON.parse(receipt) }) }
    return { ...report, target, build: JSON.parse(build), ...shown }
  })
  if (reports.length > 0) return { reports }
  const next = await heads.select(({ fn }) => fn.min<number | null>('rests_until').as('at')).executeTakeFirst()
  return typeof next?.at === 'number' ? { reports, nextAt: next.at } : { reports }
}
