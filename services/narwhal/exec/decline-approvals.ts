import { type BuildView, cancelJob } from '@narwhal/protocol'
import type { Api } from '../api/open-api.ts'

/**
 * Cancels jobs that wait for an approval: nobody is there who would give it, and they would wait for ever. A job that is
 * named on the command line waits for none.
 *
 * @returns what looks at a build.
 */
export function declineApprovals({ client, at }: Pick<Api, 'client' | 'at'>) {
  const declined = new Set<string>()
  return async ({ jobs }: Pick<BuildView, 'jobs'>, signal: AbortSignal): Promise<void> => {
    for (const { id, name, state, waitsFor } of jobs) {
      if (state !== 'waiting' || waitsFor?.startsWith('for an approval') !== true || declined.has(id)) continue
      declined.add(id)
      const because = `it waits ${waitsFor}; to run it here, name it: narwhal exec '${name}'`.slice(0, 200)
      await client.call(cancelJob, { ...at, params: { jobId: id }, body: { because }, signal })
    }
  }
}
