import { openHttpClient } from '@narwhal/host'
import {
  type BuildView,
  cancelJob,
  createBuild,
  type JobView,
  listBuilds,
  listRunners,
  type RunnerView,
} from '@narwhal/protocol'
import { expect } from 'vitest'

/** What a cluster's dispatcher says to people. */
export interface ClusterRest extends AsyncDisposable {
  /** All builds of a commit. */
  buildsOf(sha: string): Promise<readonly BuildView[]>
  /** Builds of `owner/name`, at most 100. */
  builds(repository: string): Promise<readonly BuildView[]>
  runners(): Promise<readonly RunnerView[]>
  logBytes(jobId: string): Promise<Buffer>
  /** The texts of the events of a log, from its start until the job has ended. */
  liveLog(jobId: string): Promise<readonly string[]>
  cancel(jobId: string, because: string): Promise<JobView>
  /** A build by hand, of what the ref is now. */
  build(repository: string, ref: string): Promise<BuildView>
}

export function clusterRest(baseUrl: string, token: string): ClusterRest {
  const client = openHttpClient()
  const call = { baseUrl, token }
  const readLog = async (jobId: string, accept: string) => {
    const headers = { authorization: `Bearer ${token}`, accept }
    const answer = await fetch(`${baseUrl}/v1/jobs/${jobId}/log`, { headers })
    expect(answer.status).toBe(200)
    return answer
  }
  return {
    buildsOf: async (sha) => (await client.call(listBuilds, { ...call, query: { sha } })).builds,
    builds: async (repository) =>
      (await client.call(listBuilds, { ...call, query: { repository, limit: 100 } })).builds,
    runners: async () => (await client.call(listRunners, call)).runners,
    async logBytes(jobId) {
      const answer = await readLog(jobId, 'text/plain')
      return Buffer.from(await answer.arrayBuffer())
    },
    async liveLog(jobId) {
      const answer = await readLog(jobId, 'text/event-stream')
      const data = [...(await answer.text()).matchAll(/^data: (\{.*"text".*\})$/gm)].map(([, json]) => json ?? '')
      return data.map((json) => String((JSON.parse(json) as { text: unknown }).text)) // as matched above
    },
    cancel: (jobId, because) => client.call(cancelJob, { ...call, params: { jobId }, body: { because } }),
    build: (repository, ref) => client.call(createBuild, { ...call, body: { repository, ref } }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}
