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

/** The heads of lanes that may be told. Reads no more rows than are asked for, however many wait. */
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
    .orderBy('rests_until')
    .orderBy('position')
  const rows = await heads
    .innerJoin('progress', (join) =>
      join.onRef('progress.build_id', '=', 'reports.build_id').onRef('progress.target', '=', 'reports.target'),
    )
    .select(['position', 'lane', 'reports.sequence', 'tries', 'build', 'told', 'receipt'])
    .where('rests_until', '<=', at)
    .limit(limit)
    .execute()
  const reports = rows.map(({ told, receipt, build, ...report }): Report => {
    const shown = { ...(told === null ? {} : { told }), ...(receipt === null ? {} : { receipt: JSON.parse(receipt) }) }
    return { ...report, target, build: JSON.parse(build), ...shown }
  })
  if (reports.length > 0) return { reports }
  const next = await heads.select('rests_until').where('rests_until', '>', at).limit(1).executeTakeFirst()
  return next === undefined ? { reports } : { reports, nextAt: next.rests_until }
}
