import { listBuilds, problem, type BuildView } from '@narwhal/protocol'
import { openHttpClient } from '@narwhal/host'
import type { BenchForge } from './open-forge.ts'
import { median } from './quantile.ts'
import type { BenchNarwhal } from './start-narwhal.ts'

/** When each thing of a build happened, in milliseconds since its webhook was sent. */
export interface BuildTimes {
  /** The build is finished in the store. */
  readonly outcomeMs: number
  /** The forge has the terminal commit status. */
  readonly statusMs: number
  /** What happened, in its order. */
  readonly marks: ReadonlyMap<string, number>
}

interface BuildTimesDeps {
  readonly narwhal: BenchNarwhal
  readonly forge: BenchForge
  /** Of the repository that the push names. */
  readonly name: string | undefined
}

/** Pushes a commit and waits until the forge has its terminal status. */
export async function buildTimes(sha: string, { narwhal, forge, name }: BuildTimesDeps): Promise<BuildTimes> {
  const sentAt = Date.now()
  await narwhal.push(sha, name)
  const answeredMs = Date.now() - sentAt
  const statusMs = (await forge.toldAt(sha)) - sentAt
  const build = await findBuild(sha, narwhal)
  const { ending, finishedAt = Number.NaN } = build
  if (ending?.outcome !== 'passed') throw problem('INTERNAL', `the build ended ${JSON.stringify(ending)}`)
  const marks = new Map([
    ['webhook answered 202', answeredMs],
    ...marksOf(build).map(([mark, at]) => [mark, at - sentAt] as const),
    ['terminal status at the forge', statusMs],
  ])
  return { outcomeMs: finishedAt - sentAt, statusMs, marks }
}

async function findBuild(sha: string, { url, apiToken }: BenchNarwhal): Promise<BuildView> {
  await using client = openHttpClient()
  const { builds } = await client.call(listBuilds, { baseUrl: url, token: apiToken, query: { sha } })
  const [build] = builds
  if (build === undefined) throw problem('BUILD_NOT_FOUND', `there is no build of ${sha}`)
  return build
}

function marksOf({ createdAt, jobs, finishedAt }: BuildView): readonly (readonly [string, number])[] {
  const [plan, job] = [jobs.find(({ kind }) => kind === 'plan'), jobs.find(({ kind }) => kind === 'steps')]
  const steps = job?.attempts.at(-1)?.steps ?? []
  const marks: readonly (readonly [string, number | undefined])[] = [
    ['build stored', createdAt],
    ['plan finished: commit fetched, narwhal.yml read', plan?.finishedAt],
    ['first step started: workspace and container ready', steps[0]?.startedAt],
    ['last step ended', steps.at(-1)?.finishedAt],
    ['outcome stored', finishedAt],
  ]
  return marks.flatMap(([mark, at]) => (at === undefined ? [] : [[mark, at] as const]))
}

/** One line for each mark: since the webhook, and since the mark before. */
export function describeTimes(times: readonly BuildTimes[]): readonly string[] {
  const marks = [...(times[0]?.marks.keys() ?? [])]
  const medians = marks.map((mark) => median(times.map((one) => one.marks.get(mark) ?? Number.NaN)))
  return marks.map((mark, place) => {
    const at = medians[place] ?? Number.NaN
    return `${at.toFixed(0).padStart(6)} ms  (+${(at - (medians[place - 1] ?? 0)).toFixed(0)})  ${mark}`
  })
}
