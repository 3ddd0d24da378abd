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
  const heads = await store
    .selectFrom('reports')
    .innerJoin('progress', (join) =>
      join.onRef('progress.build_id', '=', 'reports.build_id').onRef('progress.target', '=', 'reports.target'),
    )
    .select(['position', 'lane', 'reports.sequence', 'tries', 'build', 'rests_until', 'told', 'receipt'])
    .where('reports.target', '=', target)
    .where('is_head', '=', 1)
    .$if(exceptLanes.length > 0, (query) => query.where('lane', 'not in', exceptLanes))
    .orderBy('rests_until')
    .orderBy('position')
    .limit(limit)
    .execute()
  const due = heads.filter(({ rests_until: restsUntil }) => restsUntil <= at)
  const reports = due.map(({ position, lane, sequence, tries, build, told, receipt }): Report => {
    const shown = { ...(told === null ? {} : { told }), ...(receipt === null ? {} : { receipt: JSON.parse(receipt) }) }
    return { position, target, lane, sequence, tries, build: JSON.parse(build), ...shown }
  })
  const [next] = heads
  return due.length > 0 || next === undefined ? { reports } : { reports, nextAt: next.rests_until }
}
