import { systemClock } from '@narwhal/host'
import { listBuilds } from '@narwhal/protocol'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Theatre } from '../../scenarios/start-theatre.ts'
import { tellCommit } from '../../scenarios/tell-commit.ts'
import type { PlayedBuild } from './outcome-of.ts'
import { repositoryName } from './repository-name.ts'

/** All builds wait for the same few slots. */
const limitMs = 300_000

/** The first build of a scenario by a dispatcher and its runners, from a push to its end. Somebody else lets time pass. */
export async function playInCi({ name, pipeline, expected }: Scenario, theatre: Theatre): Promise<PlayedBuild> {
  const { client, url, apiToken: token } = theatre.narwhal
  const repository = { name: repositoryName(name), heads: new Map<string, string>() }
  const { sha } = await tellCommit({ ...expected.given, pipeline }, repository, theatre)
  for (const startedAt = performance.now(); ; ) {
    const [build] = (await client.call(listBuilds, { baseUrl: url, token, query: { sha } })).builds
    if (build?.state === 'finished') {
      const logs = build.jobs.map(async ({ id }) => [id, await readLog(id, theatre)] as const)
      return { build, logs: new Map(await Promise.all(logs)) }
    }
    if (performance.now() - startedAt > limitMs) throw new RangeError(`${name} has not ended: ${JSON.stringify(build)}`)
    await systemClock.sleep(50)
  }
}

async function readLog(jobId: string, { narwhal: { url, apiToken } }: Theatre): Promise<string> {
  const answer = await fetch(`${url}/v1/jobs/${jobId}/log`, { headers: { authorization: `Bearer ${apiToken}` } })
  return answer.text()
}
