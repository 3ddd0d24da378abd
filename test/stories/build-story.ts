import type { HttpClient, VirtualClock } from '@narwhal/host'
import {
  type BuildView,
  cancelJob,
  getBuild,
  type JobView,
  listBuilds,
  listRunners,
  resubmitJob,
} from '@narwhal/protocol'
import { expect, vi } from 'vitest'

export interface JobsOptions {
  readonly url: string
  readonly apiToken: string
  readonly client: HttpClient
  readonly clock: VirtualClock
}

/** What a story says of a build; every question waits for its answer. */
export interface BuildStory {
  /** The build, once it is there. */
  view(): Promise<BuildView>
  /** The job that runs the steps, or the plan while there is none. */
  job(): Promise<JobView>
  isRunningOn(runner: string): Promise<void>
  ends(ending: { outcome: string; code?: string }): Promise<BuildView>
  /** The same, while time goes on: for what is tried again after a while, or has a limit. */
  endsInTime(ending: { outcome: string; code?: string }): Promise<BuildView>
  log(): Promise<string>
  cancel(because: string): Promise<void>
  resubmit(): Promise<BuildStory>
}

/** Looks at builds through the REST API. */
export function openJobs({ url, apiToken, client, clock }: JobsOptions) {
  const call = { baseUrl: url, token: apiToken }
  const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 10_000, interval: 5 })
  const storyOf = (find: () => Promise<BuildView>): BuildStory => {
    const job = async () => (await find()).jobs.at(-1) ?? expect.fail('no job yet')
    return {
      view: () => until(find),
      job,
      isRunningOn: (runner) =>
        until(async () => {
          const { kind, attempts } = await job()
          expect([kind, attempts.at(-1)?.runner, attempts.at(-1)?.steps[0]?.state]).toEqual([
            'steps',
            runner,
            'running',
          ])
        }),
      ends: (ending) =>
        until(async () => {
          const build = await find()
          expect(build.state).toBe('finished')
          expect(build.ending).toMatchObject(ending)
          return build
        }),
      endsInTime: (ending) =>
        until(async () => {
          await clock.advance(1_000)
          const build = await find()
          expect(build.ending).toMatchObject(ending)
          return build
        }),
      log: async () =>
        (
          await fetch(`${url}/v1/jobs/${(await job()).id}/log`, { headers: { authorization: `Bearer ${apiToken}` } })
        ).text(),
      cancel: async (because) =>
        void (await client.call(cancelJob, { ...call, params: { jobId: (await job()).id }, body: { because } })),
      resubmit: async () => {
        const { id } = await client.call(resubmitJob, { ...call, params: { jobId: (await job()).id } })
        return storyOf(() => client.call(getBuild, { ...call, params: { buildId: id } }))
      },
    }
  }
  return {
    /** The newest build of a commit. */
    of: (sha: string) =>
      storyOf(
        async () =>
          (await client.call(listBuilds, { ...call, query: { sha } })).builds[0] ?? expect.fail('no build yet'),
      ),
    all: async () => (await client.call(listBuilds, { ...call, query: { limit: 100 } })).builds,
    /** All slots of all runners are free. */
    slotsAreFree: () =>
      until(async () => {
        const { runners } = await client.call(listRunners, call)
        expect(runners.map(({ held }) => held)).toEqual(runners.map(() => 0))
      }),
    runnersAre: async (count: number) => expect((await client.call(listRunners, call)).runners).toHaveLength(count),
  }
}
