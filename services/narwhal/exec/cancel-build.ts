import { cancelJob, getBuild, isProblem } from '@narwhal/protocol'
import type { Api } from '../api/open-api.ts'

/** Asks every job of a build that goes on to stop. One that has ended meanwhile is fine. */
export async function cancelBuild(
  buildId: string,
  because: string,
  { client, at }: Pick<Api, 'client' | 'at'>,
): Promise<void> {
  const { jobs } = await client.call(getBuild, { ...at, params: { buildId } })
  const going = jobs.filter(({ state }) => state !== 'finished')
  const cancelled = going.map(({ id }) =>
    client.call(cancelJob, { ...at, params: { jobId: id }, body: { because } }).catch((error: unknown) => {
      if (!isProblem(error)) throw error
    }),
  )
  await Promise.all(cancelled)
}
