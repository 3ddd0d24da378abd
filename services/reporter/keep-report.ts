import { type BuildEventMessage, repositoryKey } from '@narwhal/protocol'
import type { Kysely } from 'kysely'
import { markHead } from './mark-head.ts'
import type { OutboxSchema } from './outbox-schema.ts'
import type { ReportTarget } from './report.ts'

// 1. Nothing follows the end of a build; the end follows anything.
// 2. Else only a higher sequence follows a lower one: late and repeated messages change nothing.
// 3. A newer state takes the place of an older one that still waits.

/** Keeps what one target is to be told about one event; to be called within a transaction. */
export async function keepReport(
  store: Kysely<OutboxSchema>,
  event: BuildEventMessage,
  target: ReportTarget,
): Promise<void> {
  const key = { build_id: event.build.id, target }
  const last = await store
    .selectFrom('progress')
    .select(['sequence', 'is_terminal'])
    .where((row) => row.and(key))
    .executeTakeFirst()
  const isTerminal = event.type === 'build-finished'
  if (!isNews(last, event.sequence, isTerminal)) return

  const newest = { sequence: Math.max(event.sequence, last?.sequence ?? 0), is_terminal: Number(isTerminal) }
  await store
    .insertInto('progress')
    .values({ ...key, ...newest, told: null, receipt: null, refusal_code: null, refusal: null })
    .onConflict((conflict) =>
      conflict.columns(['build_id', 'target']).doUpdateSet({ ...newest, refusal_code: null, refusal: null }),
    )
    .execute()
  const replaced = await store
    .deleteFrom('reports')
    .where((row) => row.and(key))
    .returning('is_head')
    .executeTakeFirst()
  const lane = laneOf(event, target)
  const report = { sequence: event.sequence, lane, build: JSON.stringify(event.build) }
  const inLane = store
    .selectFrom('reports')
    .select('position')
    .where((row) => row.and({ target, lane }))
  await store
    .insertInto('reports')
    .values(({ not, exists, cast }) => ({ ...key, ...report, is_head: cast<number>(not(exists(inLane)), 'integer') }))
    .execute()
  if (replaced?.is_head === 1) await markHead(store, { target, lane })
}

type Last = Pick<OutboxSchema['progress'], 'sequence' | 'is_terminal'> | undefined

function isNews(last: Last, sequence: number, isTerminal: boolean): boolean {
  if (last === undefined) return true
  return last.is_terminal === 0 && (isTerminal || sequence > last.sequence) // 1, 2
}

/**
 * What must not overtake one another: result files of one repository share an index, and builds of one commit share the
 * status that the forge shows.
 */
function laneOf({ build: { commit } }: BuildEventMessage, target: ReportTarget): string {
  const repository = repositoryKey(commit.repository)
  return target === 'file' ? repository : `${repository} ${commit.sha}`
}
