import { inboxMigrations } from '@narwhal/agent/parts'
import { outboxMigrations } from '@narwhal/reporter/parts'
import { newPlatter, type Platter } from '../world/disk.ts'

/** What takes long to make, and is emptied between schedules instead of being made anew. */
export interface Platters {
  readonly inboxes: readonly Platter[]
  readonly outboxes: readonly Platter[]
}

/** Agents and reporters of a schedule at the most. */
const most = 3

export async function openPlatters(): Promise<Platters> {
  const many = (make: () => Promise<Platter>) => Promise.all(Array.from({ length: most }, make))
  return {
    inboxes: await many(() => newPlatter(inboxMigrations)),
    outboxes: await many(() => newPlatter(outboxMigrations)),
  }
}
