import type { Clock } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import type { GroupCommit } from './group-commit.ts'
import type { InboxSchema } from './inbox-schema.ts'
import type { Space } from './inbox-space.ts'

interface Watched {
  readonly commits: GroupCommit<InboxSchema>
  readonly space: Space
  readonly clock: Clock
}

/** Remembers how the last write ended; after a failed one, `check` writes a row to learn whether the cause is gone. */
export function inboxReadiness({ commits, space, clock }: Watched) {
  let failed = false

  /** The write itself, its errors as INBOX_UNAVAILABLE. */
  async function watch<T>(write: Promise<T>): Promise<T> {
    try {
      const written = await write
      failed = false
      return written
    } catch (error) {
      failed = true
      throw problem('INBOX_UNAVAILABLE', 'The inbox could not be written', { cause: error })
    }
  }

  return {
    watch,
    async check(): Promise<string> {
      if (space.isFull()) return 'full: the queue takes nothing'
      if (!failed) return 'ready'
      const probe = { probed_at: clock.now() }
      return watch(commits.write((store) => store.updateTable('probes').set(probe).execute())).then(
        () => 'ready',
        () => 'cannot be written; see the log',
      )
    },
  }
}
