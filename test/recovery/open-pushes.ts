import type { AttemptView, BuildView, JobView } from '@narwhal/protocol'
import { expect } from 'vitest'
import { until, type UntilOptions } from '../setup/until.ts'
import type { Cluster } from '../real/start-cluster.ts'

/** The one job of a pushed commit. */
export interface Pushed {
  readonly buildId: string
  readonly jobId: string
}

/** Machines that measure this may be slow: whether something comes at all has a limit far from any goal. */
const patience: UntilOptions = { timeoutMs: 120_000, intervalMs: 10 }

/** Pushes commits with one job each, and waits for what becomes of them. */
export function openPushes({ commit, tell, rest }: Cluster) {
  const view = ({ buildId }: Pushed) => rest.view(buildId)
  const jobOf = async (pushed: Pushed): Promise<JobView> => stepsOf(await view(pushed))
  const last = async (pushed: Pushed): Promise<AttemptView> => (await jobOf(pushed)).attempts.at(-1) ?? nothingYet()
  return {
    jobOf,
    /** Commits a narwhal.yml to `ada/NAME`, and tells of it. */
    async push(name: string, pipeline: string): Promise<Pushed> {
      const sha = await commit(name, pipeline)
      expect(await tell(name, sha)).toBe(202)
      const build = await until(async () => {
        const [first] = await rest.buildsOf(sha)
        return first !== undefined && stepsOf(first) !== undefined ? first : nothingYet()
      }, patience)
      return { buildId: build.id, jobId: stepsOf(build).id }
    },
    /** The name of the runner on which the step of that attempt runs. */
    runsOn: (pushed: Pushed, number: number) =>
      until(async () => {
        const attempt = await last(pushed)
        expect([attempt.number, attempt.steps[0]?.state]).toEqual([number, 'running'])
        return attempt.runner
      }, patience),
    /** When its runner began with the step of the newest attempt, in milliseconds since the epoch. */
    startedAt: async (pushed: Pushed) => (await last(pushed)).steps[0]?.startedAt ?? nothingYet(),
    lost: (pushed: Pushed, number: number) =>
      until(async () => {
        const { attempts } = await jobOf(pushed)
        expect(attempts.find((attempt) => attempt.number === number)?.state).toBe('lost')
      }, patience),
    ends: (buildId: string): Promise<BuildView> =>
      until(async () => {
        const build = await rest.view(buildId)
        expect(build.state).toBe('finished')
        return build
      }, patience),
    slotsAreFree: () =>
      until(async () => {
        const runners = await rest.runners()
        expect(runners.map(({ held, state }) => [held, state])).toEqual(runners.map(() => [0, 'online']))
      }, patience),
  }
}

function stepsOf({ jobs }: BuildView): JobView {
  return jobs.find(({ kind }) => kind === 'steps') ?? nothingYet()
}

function nothingYet(): never {
  return expect.fail('nothing yet')
}
