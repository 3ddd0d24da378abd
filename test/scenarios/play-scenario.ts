import { systemClock } from '@narwhal/host'
import { approveJob, type BuildView, cancelJob, listBuilds } from '@narwhal/protocol'
import { expect } from 'vitest'
import { expectBuild } from './expect-build.ts'
import type { Action, BuildExpectation, Scenario } from './scenario.ts'
import type { Theatre } from './start-theatre.ts'
import { tellCommit } from './tell-commit.ts'

/** Plays a scenario from its first push to the end of its last build, and compares. */
export async function playScenario({ name, pipeline, expected }: Scenario, theatre: Theatre): Promise<void> {
  const { later = [], engine: _, ...first } = expected
  const repository = { name: name.replace(/^\d+-/, ''), heads: new Map<string, string>() }
  const playing: Playing[] = []
  for (const [index, build] of [first, ...later].entries()) {
    const isEarly = 'early' in build && build.early === true
    await (isEarly ? untilRunning : untilEnded)(playing, theatre)
    const given = { ...build.given, ...(index === 0 ? { pipeline } : {}) }
    const commit = await tellCommit(given, repository, theatre)
    playing.push({ expected: build, sha: commit.sha, actions: [...(build.meanwhile ?? [])] })
  }
  await untilEnded(playing, theatre)
  for (const { expected: build, sha } of playing) await expectBuild(await viewOf(sha, theatre), build, theatre)
}

/** A build on its way, with what is still to be done meanwhile. */
interface Playing {
  readonly expected: BuildExpectation
  readonly sha: string
  readonly actions: Action[]
}

/** Real milliseconds between two looks at the builds. */
const lookMs = 4

/** So often nothing changes before time goes on. */
const quietLooks = 3

/** So many real milliseconds nothing changes before that, while a runner works at something that is no step, such as a checkout. */
const workMs = 1_500

/** So long a scenario may take, in real milliseconds. */
const limitMs = 30_000

function untilEnded(playing: readonly Playing[], theatre: Theatre): Promise<void> {
  return until((views) => views.every((view) => view?.state === 'finished'), playing, theatre)
}

/** Until a step of the newest build runs. */
function untilRunning(playing: readonly Playing[], theatre: Theatre): Promise<void> {
  const isStarted = (view: BuildView | undefined) =>
    view?.jobs.some(({ attempts }) => attempts.at(-1)?.steps.some(({ state }) => state === 'running')) === true
  return until((views) => isStarted(views.at(-1)), playing, theatre)
}

type Views = readonly (BuildView | undefined)[]

async function until(isThere: (views: Views) => boolean, playing: readonly Playing[], theatre: Theatre): Promise<void> {
  const startedAt = performance.now()
  let [seen, quiet, quietSince] = ['', 0, startedAt]
  while (true) {
    const views = await Promise.all(playing.map(({ sha }) => findBuild(sha, theatre)))
    if (isThere(views)) return
    if (performance.now() - startedAt > limitMs) expect.fail(`not there after ${limitMs} ms: ${JSON.stringify(views)}`)
    for (const [index, view] of views.entries()) await act(playing[index]?.actions ?? [], view, theatre)
    const text = JSON.stringify(views)
    quiet = text === seen ? quiet + 1 : 0
    if (quiet === 0) quietSince = performance.now()
    seen = text
    await systemClock.sleep(lookMs)
    if (quiet < quietLooks || (views.some(isAtWork) && performance.now() - quietSince < workMs)) continue
    await theatre.passTime()
    quietSince = performance.now()
  }
}

/** Whether a runner has a job of which no step runs. */
function isAtWork(view: BuildView | undefined): boolean {
  const held = view?.jobs.filter(({ state }) => state === 'leased' || state === 'running') ?? []
  return held.some(({ attempts }) => !attempts.at(-1)?.steps.some(({ state }) => state === 'running'))
}

/** Does the next thing that is to be done, once its job is there for it. */
async function act(actions: Action[], view: BuildView | undefined, { narwhal, tokenOf }: Theatre): Promise<void> {
  const [next] = actions
  if (next === undefined || view === undefined) return
  const job = view.jobs.find(({ name }) => name === ('approve' in next ? next.approve : next.cancel))
  const { client, url, apiToken } = narwhal
  if (job === undefined) return
  if ('approve' in next && job.waitsFor?.includes('appro') === true) {
    const token = next.by === undefined ? apiToken : tokenOf(next.by)
    await client.call(approveJob, { baseUrl: url, token, params: { jobId: job.id } })
    actions.shift()
  }
  if ('cancel' in next && job.state === 'running') {
    const body = { because: 'a scenario says so' }
    await client.call(cancelJob, { baseUrl: url, token: apiToken, params: { jobId: job.id }, body })
    actions.shift()
  }
}

async function findBuild(sha: string, { narwhal }: Theatre): Promise<BuildView | undefined> {
  const { client, url, apiToken } = narwhal
  const { builds } = await client.call(listBuilds, { baseUrl: url, token: apiToken, query: { sha } })
  return builds[0]
}

async function viewOf(sha: string, theatre: Theatre): Promise<BuildView> {
  return (await findBuild(sha, theatre)) ?? expect.fail('the build is gone')
}
