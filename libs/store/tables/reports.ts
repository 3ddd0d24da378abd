import type { ReportView } from '@narwhal/protocol'
import type { Kysely } from 'kysely'
import type { ReportTable } from '../flow-tables.ts'
import type { Schema } from '../schema.ts'

/** The newest report of each build and target. */
export function reportTable(db: Kysely<Schema>): ReportTable {
  return {
    put: async ({ buildId, sequence, report }) => {
      const newest = { sequence, report_json: JSON.stringify(report) }
      await db
        .insertInto('reports')
        .values({ build_id: buildId, target: report.target, ...newest })
        .onConflict((conflict) =>
          conflict.columns(['build_id', 'target']).doUpdateSet(newest).where('reports.sequence', '<=', sequence),
        )
        .execute()
    },
    ofBuilds: async (ids) => {
      if (ids.length === 0) return []
      const rows = await db.selectFrom('reports').selectAll().where('build_id', 'in', ids).orderBy('target').execute()
      return rows.map(({ build_id, sequence, report_json }) => ({
        buildId: build_id,
        sequence,
        report: JSON.parse(report_json) as ReportView, // written by `put`
      }))
    },
  }
}
