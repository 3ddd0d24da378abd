import { gunzipSync } from 'node:zlib'
import { getJobArtifacts, type JobView } from '@narwhal/protocol'
import { expect } from 'vitest'
import { readTar } from '../../services/runner/test/tar-in-tests.ts'
import type { JobExpectation } from './scenario.ts'
import type { Theatre } from './start-theatre.ts'

/** Compares a job that has ended with what is expected of it. */
export async function expectJob(job: JobView, expected: JobExpectation, theatre: Theatre): Promise<void> {
  const log = await readLog(job, theatre)
  const why = `job ${job.name}: ${job.ending?.message ?? ''}\n${log}`
  const found: Readonly<Record<keyof JobExpectation, unknown>> = {
    outcome: job.ending?.outcome,
    code: job.ending?.code,
    attempts: job.attempts.length,
    runner: job.attempts.at(-1)?.runner,
    steps: job.attempts.at(-1)?.steps.map(({ name, ending }) => `${name}: ${ending?.outcome}`),
    log,
    outputs: job.produced?.outputs,
    summary: job.produced?.summary,
    artifacts: expected.artifacts === undefined ? [] : await listArtifacts(job, theatre),
    tests: within(job.produced?.reports?.tests, expected.tests),
    coverage: within(job.produced?.reports?.coverage, expected.coverage),
    annotations: job.produced?.reports?.annotations?.map(
      ({ path, line, level, message }) => `${path}:${line} ${level} ${message}`,
    ),
    says: says(job.ending?.message ?? '', expected.says),
    logHas: says(log, expected.logHas),
    logLacks: textsOf(expected.logLacks).filter((text) => log.includes(text)),
    notes: says(job.produced?.notes?.join('\n') ?? '', expected.notes),
  }
  const wanted = { ...expected, says: [], logHas: [], logLacks: [], notes: [] }
  expect({ ...among(expected, found), why }).toEqual({ ...among(expected, wanted), why })
}

/** Those of `values` that are expected at all. */
function among(expected: JobExpectation, values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key in expected))
}

/** Which of these texts are not in `text`; with it as the last, to be seen in the comparison. */
export function says(text: string, wanted: string | readonly string[] | undefined): readonly string[] {
  const missing = textsOf(wanted).filter((part) => !text.includes(part))
  return missing.length === 0 ? [] : [...missing.map((part) => `lacks: ${part}`), text]
}

function textsOf(texts: string | readonly string[] | undefined): readonly string[] {
  return typeof texts === 'string' ? [texts] : (texts ?? [])
}

function within(counts: object | undefined, expected: object | undefined): unknown {
  if (expected === undefined || counts === undefined) return counts
  return Object.fromEntries(Object.entries(counts).filter(([name]) => name in expected))
}

async function readLog({ id }: JobView, { narwhal }: Theatre): Promise<string> {
  const { url, apiToken } = narwhal
  const answer = await fetch(`${url}/v1/jobs/${id}/log`, { headers: { authorization: `Bearer ${apiToken}` } })
  return answer.ok ? answer.text() : ''
}

/** Names of the files in the artifacts of a job. */
async function listArtifacts({ id }: JobView, { narwhal }: Theatre): Promise<readonly string[]> {
  const { url, apiToken } = narwhal
  const path = getJobArtifacts.path.replace(':jobId', id)
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${apiToken}` } })
  if (!answer.ok) return [`no artifacts: ${answer.status}`]
  const tar = gunzipSync(Buffer.from(await answer.arrayBuffer()))
  const entries = Object.entries(await readTar(bytesOf(tar)))
  return entries
    .filter(([, { type }]) => type === 'file')
    .map(([name]) => name.replace(/^\.\//, ''))
    .toSorted()
}

async function* bytesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
