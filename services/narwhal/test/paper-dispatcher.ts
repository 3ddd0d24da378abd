import { newToken, openHttpServer, openMetrics, serveDownload, serveRoute, silentLog } from '@narwhal/host'
import {
  approveJob,
  type BuildView,
  getBuild,
  getJob,
  getJobArtifacts,
  type JobView,
  listBuilds,
  problem,
} from '@narwhal/protocol'
import { onTestFinished } from 'vitest'
import { runCommand } from './open-test-narwhal.ts'

export interface PaperDispatcher {
  readonly run: (argv: readonly string[]) => ReturnType<typeof runCommand>
  /** Ids of the jobs that were approved. */
  readonly approved: readonly string[]
}

/** The REST API on real HTTP, with one build in it; every job has `artifacts` as its artifacts. */
export async function openPaperDispatcher(build: BuildView, artifacts = 'artifacts'): Promise<PaperDispatcher> {
  const api = newToken()
  const tokens = { api }
  const approved: string[] = []
  const server = openHttpServer({ host: '127.0.0.1', port: 0, log: silentLog(), metrics: openMetrics() })
  const find = (id: string): JobView => {
    const job = build.jobs.find((one) => one.id === id)
    if (job === undefined) throw problem('JOB_NOT_FOUND', `there is no job ${id}`)
    return job
  }
  serveRoute(server, listBuilds, { tokens, answer: async () => ({ builds: [build] }) })
  serveRoute(server, getBuild, { tokens, answer: async () => build })
  serveRoute(server, getJob, { tokens, answer: async ({ params }) => find(params.jobId) })
  serveRoute(server, approveJob, {
    tokens,
    answer: async ({ params }) => {
      const job = find(params.jobId)
      approved.push(job.id)
      return job
    },
  })
  serveDownload(server, getJobArtifacts, {
    tokens,
    answer: async () => ({ bytes: artifacts.length, type: 'application/gzip', source: piecesOf(artifacts) }),
  })
  const url = await server.listen()
  onTestFinished(() => server[Symbol.asyncDispose]())
  const env = { NARWHAL_DISPATCHER_URL: url, NARWHAL_API_TOKEN: api }
  return { approved, run: (argv) => runCommand(argv, env) }
}

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  for (const letter of text) yield Buffer.from(letter)
}
