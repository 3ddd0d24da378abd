import {
  type BuildView,
  getBuild,
  getJob,
  isProblem,
  type JobView,
  listBuilds,
  problem,
  repositoryKey,
} from '@narwhal/protocol'
import { nameBuild } from '../name-build.ts'
import type { Api } from './open-api.ts'
import { parseWhat } from './parse-what.ts'

/** A job and the build that it belongs to. */
export interface FoundJob {
  readonly build: BuildView
  readonly job: JobView
}

/**
 * The job that a person means: by its id, or the deciding job of a build.
 *
 * @param what see `parseWhat`; nothing means the newest build.
 * @throws {ProblemError} WHAT_UNCLEAR, BUILD_NOT_FOUND, NO_BUILDS.
 */
export async function findJob(api: Api, what: string | undefined): Promise<FoundJob> {
  const meant = parseWhat(what)
  if (meant.kind === 'id') return findById(api, meant.id)
  const { repository, number } = meant
  const query = {
    limit: number === undefined ? 1 : 100,
    ...(repository === undefined ? {} : { repository }),
    ...(number === undefined ? {} : { number }),
  }
  const { builds } = await api.client.call(listBuilds, { ...api.at, query })
  const [build, ...others] = builds
  if (build === undefined) throw await nothingFound(api, what)
  if (others.length > 0) throw unclear(what ?? '', builds)
  return { build, job: decidingJob(build) }
}

/** The job of a build that says how it went: one of its steps jobs, those that did not pass first; else its plan. */
export function decidingJob({ id, jobs }: BuildView): JobView {
  const own = jobs.filter(({ kind }) => kind === 'steps')
  const job = own.find(({ ending }) => ending?.outcome !== 'passed') ?? own[0] ?? jobs[0]
  if (job === undefined) throw problem('JOB_NOT_FOUND', `build ${id} has no job`)
  return job
}

async function findById({ client, at }: Api, id: string): Promise<FoundJob> {
  try {
    const job = await client.call(getJob, { ...at, params: { jobId: id } })
    return { job, build: await client.call(getBuild, { ...at, params: { buildId: job.buildId } }) }
  } catch (error) {
    if (!isProblem(error, 'JOB_NOT_FOUND')) throw error
  }
  try {
    const build = await client.call(getBuild, { ...at, params: { buildId: id } })
    return { build, job: decidingJob(build) }
  } catch (error) {
    if (!isProblem(error, 'BUILD_NOT_FOUND')) throw error
    throw problem('BUILD_NOT_FOUND', `${id} is the id of no build and of no job`)
  }
}

async function nothingFound({ client, at }: Api, what: string | undefined): Promise<Error> {
  const { builds } = await client.call(listBuilds, { ...at, query: { limit: 1 } })
  if (builds.length === 0) return problem('NO_BUILDS', `${at.baseUrl} knows no build`)
  return problem('BUILD_NOT_FOUND', `there is no build ${what ?? ''}`)
}

function unclear(what: string, builds: readonly BuildView[]): Error {
  const names = builds.slice(0, 5).map((build) => `${repositoryKey(build.commit.repository)}#${build.number}`)
  const [first] = builds
  const example = first === undefined ? '' : `, such as ${nameBuild(first)}`
  return problem('WHAT_UNCLEAR', `"${what}" fits ${builds.length} builds: ${names.join(', ')}${example}`)
}
