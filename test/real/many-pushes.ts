import type { BuildView } from '@narwhal/protocol'
import { expect } from 'vitest'
import { testVolumeImage } from '../setup/provide-test-image.ts'
import { readResults } from './read-results.ts'
import type { Cluster } from './start-cluster.ts'
import { until } from '../setup/until.ts'

export const testImage = 'narwhal-test/busybox:1'

/** Commits of one repository, each with a pipeline of its own. */
export interface Pushes {
  readonly name: string
  readonly shas: readonly string[]
}

/** Makes `count` commits, each of which says its number, waits `seconds`, and says it again. The first one's image has a volume. */
export async function commitMany(
  cluster: Cluster,
  { name, count, seconds }: { readonly name: string; readonly count: number; readonly seconds: number },
): Promise<Pushes> {
  const shas: string[] = []
  for (let number = 0; number < count; number++) {
    const step = `echo begin ${number}; sleep ${seconds}; echo end ${number}`
    shas.push(await cluster.commit(name, `image: ${number === 0 ? testVolumeImage : testImage}\nrun: ${step}\n`))
  }
  return { name, shas }
}

/** Tells of all commits at once; the answers of the agent. */
export function tellAll(cluster: Cluster, { name, shas }: Pushes): Promise<readonly number[]> {
  return Promise.all(shas.map((sha) => cluster.tell(name, sha)))
}

/** Waits until every commit has its end everywhere, then looks at each: one of everything, and no more. */
export async function expectOneOfEach(cluster: Cluster, pushes: Pushes, limitMs = 60_000): Promise<void> {
  const { github, rest } = cluster
  const { name, shas } = pushes
  await until(
    async () => {
      const ended = shas.filter((sha) => github.statusesOf(sha).some(({ state }) => state !== 'pending'))
      expect(ended).toHaveLength(shas.length)
      const results = await Promise.all(shas.map((sha) => readResults(cluster.results, { name, sha })))
      expect(results.filter((files) => Object.keys(files).length === 0)).toEqual([])
    },
    { timeoutMs: limitMs, intervalMs: 100 },
  )
  const builds = await rest.builds(`ada/${name}`)
  expect(builds.map(({ commit }) => commit.sha).toSorted()).toEqual(shas.toSorted())
  for (const [number, sha] of shas.entries()) {
    const build = builds.find(({ commit }) => commit.sha === sha)
    await expectOne(cluster, { name, sha, build, log: `begin ${number}\nend ${number}\n` })
  }
}

interface Expected {
  readonly name: string
  readonly sha: string
  readonly build: BuildView | undefined
  readonly log: string
}

/** One build that passed, its log, each job accepted once, one result file, one terminal status. */
async function expectOne({ rest, github, results }: Cluster, { name, sha, build, log }: Expected): Promise<void> {
  const [plan, job] = build?.jobs ?? []
  expect(build).toMatchObject({ state: 'finished', ending: { outcome: 'passed' }, jobs: { length: 2 } })
  const accepted = [plan, job].map((one) => one?.attempts.filter(({ state }) => state === 'finished').length)
  expect(accepted).toEqual([1, 1])
  expect((await rest.logBytes(job?.id ?? '')).toString()).toBe(log)

  const states = github.statusesOf(sha).map(({ state }) => state)
  expect(states.filter((state) => state === 'pending').length).toBeLessThanOrEqual(1)
  expect(states.filter((state) => state !== 'pending')).toEqual(['success'])
  expect(states.at(-1)).toBe('success')

  const files = await readResults(results, { name, sha })
  expect(Object.keys(files)).toEqual([`${build?.number}.json`])
  expect(Object.values(files)).toMatchObject([{ sha, outcome: 'passed', build: { id: build?.id } }])
}
