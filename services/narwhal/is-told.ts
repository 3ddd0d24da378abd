import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildView, repositoryKey } from '@narwhal/protocol'

/** What the reporter still has to tell, by target. */
interface Untold {
  depth(): Promise<ReadonlyMap<string, number>>
}

/** Whether the reporter has told the outcome of a build: its result file is there, and nothing else waits. */
export async function isTold(
  { commit, number }: BuildView,
  { outbox, results }: { readonly outbox: Untold; readonly results: string },
): Promise<boolean> {
  const path = join(results, repositoryKey(commit.repository), commit.sha, `${number}.json`)
  const isWritten = await access(path).then(
    () => true,
    () => false,
  )
  return isWritten && [...(await outbox.depth()).values()].every((depth) => depth === 0)
}
