import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildResult } from '@narwhal/reporter/result'
import { owner } from '../rig/repositories.ts'
import type { Evidence } from './evidence.ts'
import { type Finding, findingOf } from './finding.ts'

const states = {
  passed: 'success',
  skipped: 'success',
  failed: 'failure',
  errored: 'error',
  cancelled: 'error',
} as const

/** I16: the forge shows the outcome of each commit, and there is a result file of each build. */
export async function checkReports({ pushes, builds, rig }: Evidence): Promise<readonly Finding[]> {
  const bySha = Map.groupBy(builds, ({ commit }) => commit.sha)
  const files = await readResultFiles(join(rig.results, '127.0.0.1', owner))
  return [
    findingOf('I16', 'the last status that the forge shows is the outcome of the newest build', pushes, ({ sha }) => {
      const newest = bySha
        .get(sha)
        ?.toSorted((one, other) => one.number - other.number)
        .at(-1)
      const shown = rig.github.statusesOf(sha).map(({ state }) => state)
      const want = newest?.ending && states[newest.ending.outcome]
      return want === undefined || shown.at(-1) === want
        ? undefined
        : { what: `${sha}: ${shown.join(', ')}; it ended ${want}`, about: [sha] }
    }),
    findingOf('I16', 'never terminal and then pending, and one end only', pushes, ({ sha }) => {
      if (bySha.get(sha)?.length !== 1) return undefined // a resubmit is another build, which begins anew
      const shown = rig.github.statusesOf(sha)
      const ends = new Set(
        shown.filter(({ state }) => state !== 'pending').map(({ state, description }) => `${state} ${description}`),
      )
      const isBack = shown.some(
        ({ state }, place) => state === 'pending' && shown.slice(0, place).some((one) => one.state !== 'pending'),
      )
      return ends.size <= 1 && !isBack
        ? undefined
        : { what: `${sha}: ${shown.map(({ state }) => state).join(', ')}`, about: [sha] }
    }),
    findingOf('I16', 'the result file of each build says how it ended', builds, ({ id, number, ending, commit }) => {
      const told = files.get(id)
      const isSame = told?.outcome === ending?.outcome && told?.sha === commit.sha && told?.build.number === number
      return isSame
        ? undefined
        : { what: `result of #${number}: ${told?.outcome}; it ended ${ending?.outcome}`, about: [id, commit.sha] }
    }),
  ]
}

/** By the id of the build. */
async function readResultFiles(root: string): Promise<ReadonlyMap<string, BuildResult>> {
  const paths = await readdir(root, { recursive: true }).catch(() => [])
  const files = paths.filter((path) => /\d+\.json$/.test(path))
  const results = await Promise.all(
    files.map(async (path) => JSON.parse(await readFile(join(root, path), 'utf8')) as BuildResult), // as the reporter writes it
  )
  return new Map(results.map((result) => [result.build.id, result]))
}
