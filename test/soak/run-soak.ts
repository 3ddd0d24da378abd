import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scheduler, setTimeout as sleep } from 'node:timers/promises'
import { problem } from '@narwhal/protocol'
import { cloneUrlTemplate, makeCommits } from '../chaos/rig/repositories.ts'
import { type LoadOptions, openLoad } from './open-load.ts'
import { openSampler } from './sampler.ts'
import { type Trend, trendOf } from './series.ts'

export interface SoakOptions {
  readonly mode: LoadOptions['mode']
  readonly minutes: number
  readonly progress: (line: string) => void
  readonly signal: AbortSignal
}

export interface SoakResult {
  readonly mode: LoadOptions['mode']
  readonly minutes: number
  readonly builds: number
  readonly samples: number
  readonly trends: readonly Trend[]
  /** Why it is no whole result. */
  readonly fault?: string
}

/** Builds that are open at once: enough to have every slot busy, and no more. */
const openAtMost = 48
const sampleEveryMs = 3_000
const drainWithinMs = 120_000
const repositoryCount = 40
/** More than any machine of today builds in a second; who has built all of them has not soaked to the end. */
const buildsPerSecond = 900

/** Builds as fast as it goes for so long, and looks at what the processes hold meanwhile. */
export async function runSoak({ mode, minutes, progress, signal }: SoakOptions): Promise<SoakResult> {
  await using opened = new AsyncDisposableStack()
  const root = await mkdtemp(join(tmpdir(), 'narwhal-soak-'))
  opened.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }))
  const commits = await commitsBelow(join(root, 'repositories'), minutes * 60 * buildsPerSecond)
  const loaded = await openLoad({ mode, root, cloneUrlTemplate: cloneUrlTemplate(join(root, 'repositories')) }, opened)
  const sampler = openSampler(loaded)
  const [beganAt, endMs] = [performance.now(), minutes * 60_000]
  const isOver = () => signal.aborted || performance.now() - beganAt >= endMs
  let builds = 0

  const pushAll = async () => {
    for (let commit = commits.next(); !isOver(); commit = commits.next()) {
      if (commit.done === true) throw problem('INTERNAL', `All ${builds} commits are built before the time was over.`)
      await loaded.push(commit.value.sha, commit.value.repository)
      await loaded.forge.toldAt(commit.value.sha)
      builds++
    }
  }
  const pushing = Promise.all(Array.from({ length: openAtMost }, pushAll))
  const watch = async () => {
    while (!isOver()) {
      await Promise.race([scheduler.wait(sampleEveryMs), pushing])
      await sampler.sample()
      const at = Math.round((performance.now() - beganAt) / 1000)
      progress(`${at} s of ${minutes * 60}: ${builds} builds, ${(builds / at).toFixed(1)} a second`)
    }
    const late = problem('INTERNAL', `Builds are open ${drainWithinMs} ms after the last push.`)
    await Promise.race([pushing, sleep(drainWithinMs, undefined, { ref: false }).then(() => Promise.reject(late))])
  }
  const fault = await watch().then(() => undefined, String)
  pushing.catch(() => undefined) // it has ended already, or ends with the programs
  signal.throwIfAborted()
  const measured = { mode, minutes, builds, samples: sampler.count(), trends: sampler.series().map(trendOf) }
  return fault === undefined ? measured : { ...measured, fault }
}

interface SoakCommit {
  readonly repository: string
  readonly sha: string
}

/** One of each repository in turn. */
async function commitsBelow(root: string, count: number): Promise<Iterator<SoakCommit>> {
  const pipelines = Array.from(
    { length: Math.ceil(count / repositoryCount) },
    (_, place) => `image: any\nrun: echo build ${place}\n`,
  )
  const all: SoakCommit[][] = []
  for (let place = 0; place < repositoryCount; place++) {
    const repository = `repository-${place}`
    all.push((await makeCommits(root, repository, pipelines)).map((sha) => ({ repository, sha })))
  }
  return pipelines.flatMap((_, place) => all.flatMap((commits) => commits[place] ?? [])).values()
}
