import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { getJobArtifacts, type JobView, problem } from '@narwhal/protocol'
import { findJob } from '../api/find-job.ts'
import { type Api, withApi } from '../api/open-api.ts'
import { parseWhat } from '../api/parse-what.ts'
import type { CommandContext } from '../command-context.ts'
import { nameBuild } from '../name-build.ts'

export interface ArtifactsOptions {
  /** Directory for the files; made when it is missing. */
  readonly to: string
}

/** `narwhal artifacts WHAT`: saves what a job left, or every job of a build, as packed as it is. */
export async function saveArtifacts(what: string, { to }: ArtifactsOptions, context: CommandContext): Promise<number> {
  await withApi(context, async (api, signal) => {
    const jobs = await jobsWithArtifacts(api, what)
    await mkdir(to, { recursive: true })
    for (const [place, job] of jobs.entries()) {
      const path = join(to, fileNames(jobs)[place] ?? job.id)
      await save(api, job, { path, signal })
      context.terminal.print(path)
    }
  })
  return 0
}

async function jobsWithArtifacts(api: Api, what: string): Promise<readonly JobView[]> {
  const { build, job } = await findJob(api, what)
  const meant = parseWhat(what)
  const jobs = meant.kind === 'id' && meant.id === job.id ? [job] : build.jobs
  const found = jobs.filter(({ produced }) => produced?.artifacts !== undefined)
  if (found.length === 0) throw problem('ARTIFACTS_NOT_FOUND', `${nameBuild(build)} left none`)
  return found
}

/** Names of jobs are a stranger's words, those of files are not: no directory, no hidden file, none twice. */
function fileNames(jobs: readonly JobView[]): readonly string[] {
  const plain = jobs.map(({ name }) => name.replace(/[^\w.-]+/g, '-').replace(/^[.-]+|[.-]+$/g, '') || 'job')
  return plain.map((name, place) => {
    const before = plain.slice(0, place).filter((other) => other === name).length
    return `${name}${before === 0 ? '' : `.${before + 1}`}.tar.gz`
  })
}

interface SaveOptions {
  readonly path: string
  readonly signal: AbortSignal
}

/** A file has its name only once it is whole. */
async function save({ client, at }: Api, job: JobView, { path, signal }: SaveOptions): Promise<void> {
  const part = `${path}.part`
  const hash = createHash('sha256')
  const bytes = await client.download(getJobArtifacts, { ...at, params: { jobId: job.id }, signal })
  async function* hashed() {
    for await (const chunk of bytes) {
      hash.update(chunk)
      yield chunk
    }
  }
  try {
    await pipeline(hashed, createWriteStream(part), { signal })
    if (hash.digest('hex') !== job.produced?.artifacts?.sha256)
      throw problem('BLOB_HASH_WRONG', `the artifacts of ${job.id} came different from what the job left`)
    await rename(part, path)
  } finally {
    await rm(part, { force: true })
  }
}
