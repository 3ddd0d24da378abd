import {
  approveJob,
  type AttemptResult,
  type BuildView,
  cancelJob,
  type Commit,
  type Ending,
  type JobView,
  type Offer,
  type Plan,
  type PlannedJob,
  problem,
  uploadBlob,
} from '@narwhal/protocol'
import { expect } from 'vitest'
import { eventually, noLog, planOf, type Rig } from './open-dispatcher.ts'
import { packed, packedSha256 } from './packed.ts'
import type { PaperRunner } from './paper-runner.ts'

/** A build whose jobs a paper runner is offered, and ends as a test tells it to. */
export interface PaperBuild {
  readonly id: string
  view(): Promise<BuildView>
  job(name: string): Promise<JobView>
  /** The names of the jobs that are in each state. */
  states(): Promise<Readonly<Record<string, readonly string[]>>>
  /** The newest offer of a job, once it has come. */
  offer(name: string, attempt?: number): Promise<Offer>
  /** The runner says how the newest attempt of a job ended. */
  end(name: string, ending?: Ending['outcome'] | Ending, others?: Partial<AttemptResult>): Promise<void>
  /** The runner says that the first step has begun. */
  begin(name: string): Promise<void>
  cancel(name: string): Promise<JobView>
  approve(name: string, token?: string): Promise<JobView>
}

export interface PaperPlan extends Partial<Omit<Plan, 'jobs'>> {
  readonly commit?: Partial<Commit>
}

let pushes = 0

/** Pushes a commit, and lets `runner` plan these jobs for it. The runner needs a free slot. */
export async function planJobs(
  rig: Rig,
  runner: PaperRunner,
  jobs: readonly PlannedJob[],
  { commit, ...others }: PaperPlan = {},
): Promise<PaperBuild> {
  const sha = commit?.sha ?? String(++pushes).padStart(40, '0')
  await rig.push({ commit: { ...commit, sha } })
  const isPlan = (offer: Offer) => offer.kind === 'plan' && offer.commit.sha === sha
  const plan = await eventually(async () => found(runner.offers.find(isPlan)))
  const { next } = await runner.report(plan, planOf(jobs, others))
  return paperBuild(rig, runner, { buildId: plan.buildId, next: next === undefined ? [] : [next] })
}

/** A build that was planned already. */
export function paperBuild(
  rig: Rig,
  runner: PaperRunner,
  { buildId, next = [] }: { readonly buildId: string; readonly next?: readonly Offer[] },
): PaperBuild {
  const view = () => rig.build(buildId)
  const job = async (name: string) => found((await view()).jobs.find((one) => one.name === name))
  const offersOf = (name: string) =>
    [...next, ...runner.offers].filter((offer) => offer.buildId === buildId && offer.jobName === name)
  const offer = (name: string, attempt?: number) =>
    eventually(async () => found(offersOf(name).findLast((one) => attempt === undefined || one.attempt === attempt)))
  return {
    id: buildId,
    view,
    job,
    offer,
    states: async () => {
      const steps = (await view()).jobs.filter(({ kind }) => kind === 'steps')
      const by = Object.groupBy(steps, ({ state }) => state)
      return Object.fromEntries(Object.entries(by).map(([state, of]) => [state, of.map(({ name }) => name)]))
    },
    end: async (name, ending = 'passed', others = {}) => {
      const result = { ending: typeof ending === 'string' ? endingOf(ending) : ending, at: 1, log: noLog, ...others }
      const of = await offer(name)
      if (others.produced?.artifacts !== undefined) await uploadPacked(rig, of)
      await runner.report(of, { result })
    },
    begin: async (name) => {
      const events = [
        { type: 'started', sequence: 1, at: 1 },
        { type: 'step-started', sequence: 2, at: 1, step: 0 },
      ] as const
      await runner.report(await offer(name), { events: [...events] })
    },
    cancel: async (name) => {
      const { id: jobId } = await job(name)
      return rig.client.call(cancelJob, { ...rig.call, params: { jobId }, body: { because: 'ada asked' } })
    },
    approve: async (name, token = rig.apiToken) => {
      const { id: jobId } = await job(name)
      return rig.client.call(approveJob, { ...rig.call, token, params: { jobId } })
    },
  }
}

function uploadPacked(rig: Rig, { attemptId, token }: Offer): Promise<void> {
  const params = { attemptId, sha256: packedSha256 }
  return rig.client.upload(uploadBlob, { baseUrl: rig.url, token, params, source: packed })
}

function endingOf(outcome: Ending['outcome']): Ending {
  return outcome === 'failed' ? { outcome, code: 'STEP_FAILED' } : { outcome }
}

function found<T>(value: T | undefined): T {
  expect(value).toBeDefined()
  if (value === undefined) throw problem('OFFER_UNKNOWN', 'it has not come')
  return value
}
