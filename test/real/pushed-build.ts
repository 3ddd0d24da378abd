import type { BuildView, JobView, Outcome } from '@narwhal/protocol'
import { expect, vi } from 'vitest'
import type { Files } from '../../libs/git/test/make-repository.ts'
import type { Cluster } from './start-cluster.ts'

/** A build as it goes on; everything that is said of it was asked of the REST API. */
export interface PushedBuild {
  /** What it is once `check` holds, which throws until then. */
  until(check: (build: BuildView) => unknown): Promise<BuildView>
  ends(outcome: Outcome): Promise<EndedBuild>
}

/** A build that has ended, and its jobs by their names. */
export interface EndedBuild {
  readonly view: BuildView
  job(name: string): JobView
  log(name: string): Promise<string>
}

const limitMs = 90_000

/** Commits files (or a narwhal.yml) to `ada/NAME`, tells of it by a signed push, and watches what comes of it. */
export async function pushed(cluster: Cluster, name: string, files: Files | string): Promise<PushedBuild> {
  const sha = await cluster.commit(name, files)
  expect(await cluster.tell(name, sha)).toBe(202)
  return watched(cluster, async () => {
    const [build] = await cluster.rest.buildsOf(sha)
    return build ?? expect.fail('no build yet')
  })
}

/** A build that is there already. */
export function watchedBuild(cluster: Cluster, { id }: BuildView): PushedBuild {
  return watched(cluster, () => cluster.rest.view(id))
}

/** The job of that name. */
export function jobOf(build: BuildView, name: string): JobView {
  const names = build.jobs.map((job) => job.name)
  return build.jobs.find((job) => job.name === name) ?? expect.fail(`no job ${name} among ${names.join(', ')}`)
}

/** The names of the runners that had a job, one for each attempt. */
export function runnersOf({ attempts }: JobView): readonly string[] {
  return attempts.map(({ runner }) => runner)
}

/** Codes of exit of the steps of each attempt. */
export function exitCodesOf({ attempts }: JobView): readonly (readonly (number | undefined)[])[] {
  return attempts.map(({ steps }) => steps.map(({ exitCode }) => exitCode))
}

function watched({ rest }: Cluster, find: () => Promise<BuildView>): PushedBuild {
  const until = async (check: (build: BuildView) => unknown) =>
    vi.waitFor(
      async () => {
        const build = await find()
        check(build)
        return build
      },
      { timeout: limitMs, interval: 50 },
    )
  return {
    until,
    async ends(outcome) {
      const view = await until((build) => build.state === 'finished' || expect.fail(`not ended:${endingsOf(build)}`))
      if (view.ending?.outcome !== outcome) expect.fail(`${outcome} was expected:${endingsOf(view)}`)
      const job = (name: string) => jobOf(view, name)
      return { view, job, log: async (name) => (await rest.logBytes(job(name).id)).toString() }
    },
  }
}

/** For people who have to find out why it is not as it was expected. */
function endingsOf({ state, ending, jobs }: BuildView): string {
  const lines = jobs.map(({ name, ...job }) => `${name}: ${job.ending?.outcome ?? job.state} ${job.ending?.message}`)
  return `\n${lines.join('\n')}\nand so the build: ${ending?.outcome ?? state}`
}
