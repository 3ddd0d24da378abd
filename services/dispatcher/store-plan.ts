import type { Plan } from '@narwhal/protocol'
import { cancelAll } from './apply-event.ts'
import type { Change } from './changes.ts'
import { draftJob } from './draft-job.ts'
import { insertJobs } from './release-jobs.ts'
import { supersededBuilds } from './superseded.ts'

/** Stores the jobs of a plan, once: a plan is taken only together with the result that ends its attempt. */
export async function storePlan(change: Change, planJobId: string, plan: Plan): Promise<void> {
  const planJob = await change.tables.jobs.find(planJobId)
  const found = planJob && (await change.tables.builds.find(planJob.buildId))
  if (found === undefined) return
  const { concurrency } = plan
  const build = concurrency === undefined ? found : await change.tables.builds.save(found, { concurrency })
  const drafts = plan.jobs.map((planned, place) => draftJob(change, build, { planned, position: place + 1 }))
  const superseded = await insertJobs(change, build, drafts)
  await cancelAll(change, [...superseded, ...(await supersededBuilds(change, build))])
}
