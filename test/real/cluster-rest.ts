import { createHash } from 'node:crypto'
import { openHttpClient } from '@narwhal/host'
import {
  approveJob,
  type BuildView,
  cancelJob,
  createBuild,
  getBuild,
  getJobArtifacts,
  type JobView,
  listBuilds,
  listRunners,
  problem,
  resubmitJob,
  type RunnerView,
  setSecret,
} from '@narwhal/protocol'

/** What a cluster's dispatcher says to people. */
export interface ClusterRest extends AsyncDisposable {
  view(buildId: string): Promise<BuildView>
  /** All builds of a commit. */
  buildsOf(sha: string): Promise<readonly BuildView[]>
  /** All builds of `owner/name`, the newest first. */
  builds(repository: string): Promise<readonly BuildView[]>
  runners(): Promise<readonly RunnerView[]>
  logBytes(jobId: string): Promise<Buffer>
  /** The texts of the events of a log, from its start until the job has ended. */
  liveLog(jobId: string): Promise<readonly string[]>
  cancel(jobId: string, because: string): Promise<JobView>
  /** A new build in which this job runs again. */
  resubmit(jobId: string): Promise<BuildView>
  /** By the holder of another token, if one is given. */
  approve(jobId: string, by?: string): Promise<JobView>
  /** @param repository `host/owner/name` where it has no build yet. */
  setSecret(repository: string, secret: Readonly<Record<'name' | 'value', string>>): Promise<void>
  /** SHA-256 of the packed artifacts of a job. */
  artifactsHash(jobId: string): Promise<string>
  /** A build by hand, of what the ref is now. */
  build(repository: string, ref: string): Promise<BuildView>
}

export function clusterRest(baseUrl: string, token: string): ClusterRest {
  const client = openHttpClient()
  const call = { baseUrl, token }
  const readLog = async (jobId: string, accept: string) => {
    const headers = { authorization: `Bearer ${token}`, accept }
    const answer = await fetch(`${baseUrl}/v1/jobs/${jobId}/log`, { headers })
    if (answer.status !== 200) throw problem('UNREACHABLE', `the log of job ${jobId}: ${answer.status}`)
    return answer
  }
  return {
    view: (buildId) => client.call(getBuild, { ...call, params: { buildId } }),
    buildsOf: async (sha) => (await client.call(listBuilds, { ...call, query: { sha } })).builds,
    async builds(repository) {
      const all: BuildView[] = []
      for (let after: string | undefined; ; ) {
        const query = { repository, limit: 100, ...(after === undefined ? {} : { after }) }
        const { builds, next } = await client.call(listBuilds, { ...call, query })
        all.push(...builds)
        if (next === undefined) return all
        after = next
      }
    },
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
    resubmit: (jobId) => client.call(resubmitJob, { ...call, params: { jobId } }),
    approve: (jobId, by = token) => client.call(approveJob, { ...call, token: by, params: { jobId } }),
    async setSecret(repository, { name, value }) {
      await client.call(setSecret, { ...call, body: { repository, name, value } })
    },
    async artifactsHash(jobId) {
      const hash = createHash('sha256')
      for await (const bytes of await client.download(getJobArtifacts, { ...call, params: { jobId } }))
        hash.update(bytes)
      return hash.digest('hex')
    },
    build: (repository, ref) => client.call(createBuild, { ...call, body: { repository, ref } }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}
