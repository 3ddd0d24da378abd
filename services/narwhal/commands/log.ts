import { getBuild, getJob, type JobView } from '@narwhal/protocol'
import { decidingJob, findJob } from '../api/find-job.ts'
import { followLog } from '../api/follow-log.ts'
import { type Api, withApi } from '../api/open-api.ts'
import { readLogBytes } from '../api/read-log.ts'
import { openTextCleaner, plainLines } from '../clean-text.ts'
import type { CommandContext } from '../command-context.ts'
import { paintOutcome } from '../progress/paint-outcome.ts'
import type { Terminal } from '../terminal.ts'

/** How long to wait before looking again for an attempt, in milliseconds. */
const lookAgainMs = 250

export interface LogOptions {
  /** Go on until the job has ended. */
  readonly follow?: boolean
}

/** `narwhal log`: what a job wrote. On a terminal without control characters, else byte by byte. */
export async function showLog(what: string | undefined, options: LogOptions, context: CommandContext): Promise<number> {
  const { terminal } = context
  const job = await withApi(context, async (api, signal) => {
    const found = await findJob(api, what)
    if (options.follow !== true) return showWhole(api, found.job, { terminal, signal })
    return followJobs(api, found.job, { terminal, signal })
  })
  remarkEnd(job, options, terminal)
  return 0
}

interface ShowDeps {
  readonly terminal: Terminal
  readonly signal: AbortSignal
}

async function showWhole(api: Api, job: JobView, { terminal, signal }: ShowDeps): Promise<Shown> {
  const bytes = await show(readLogBytes(api, { jobId: job.id, signal }), terminal)
  return { job, bytes }
}

interface Shown {
  readonly job: JobView
  readonly bytes: number
}

/** Follows a job until it has ended; behind a plan the job that it planned. */
async function followJobs(api: Api, first: JobView, deps: ShowDeps): Promise<Shown> {
  let bytes = 0
  for (let jobId = first.id; ; ) {
    const followed = await followAttempts(api, jobId, deps)
    const { job } = followed
    bytes += followed.bytes
    const { buildId } = job
    const build = await api.client.call(getBuild, { ...api.at, params: { buildId }, signal: deps.signal })
    const next = decidingJob(build)
    if (job.kind !== 'plan' || next.kind === 'plan') return { job, bytes }
    jobId = next.id
  }
}

/** Follows the newest attempt of a job, and when it did not end the job those after it, each from its beginning. */
async function followAttempts(api: Api, jobId: string, { terminal, signal }: ShowDeps): Promise<Shown> {
  let bytes = 0
  for (let shown: number | undefined; ; ) {
    const { job, attempt } = await nextAttempt(api, { jobId, shown, signal })
    if (attempt === undefined && shown === undefined) return showWhole(api, job, { terminal, signal }) // maybe taken over
    if (attempt === undefined) return { job, bytes }
    if (shown !== undefined) terminal.remark(`${job.name}: attempt ${attempt} begins`)
    bytes += await show(followLog(api, { jobId, attempt, signal }), terminal)
    shown = attempt
  }
}

interface NextAttempt {
  readonly job: JobView
  readonly attempt: number | undefined
}

/** The newest attempt that has begun, or the first behind `shown`; waits for it, and gives none once the job has ended. */
async function nextAttempt(
  { client, at, clock }: Api,
  { jobId, shown, signal }: { jobId: string; shown: number | undefined; signal: AbortSignal },
): Promise<NextAttempt> {
  for (;;) {
    const job = await client.call(getJob, { ...at, params: { jobId }, signal })
    const begun = job.attempts.filter(({ state }) => state !== 'leased' && state !== 'refused')
    const next = shown === undefined ? begun.at(-1) : begun.find(({ number }) => number > shown)
    if (next !== undefined || job.state === 'finished') return { job, attempt: next?.number }
    await clock.sleep(lookAgainMs, signal)
  }
}

/** Writes a log; how many bytes it had. */
async function show(log: AsyncIterable<Uint8Array>, { write, isLive, paint }: Terminal): Promise<number> {
  const cleaner = openTextCleaner({ colours: paint('red', 'x') !== 'x' })
  const decoder = new TextDecoder()
  let bytes = 0
  for await (const piece of log) {
    bytes += piece.length
    await write(isLive ? cleaner.take(decoder.decode(piece, { stream: true })) : piece)
  }
  return bytes
}

/** Says on standard error how the job ended, or why there is no log. */
function remarkEnd({ job, bytes }: Shown, { follow }: LogOptions, { remark, paint }: Terminal): void {
  const { ending, state } = job
  if (ending === undefined) {
    if (bytes === 0) remark(`The job is ${state}; it has written nothing yet. Follow it: narwhal log -f ${job.id}`)
    return
  }
  if (bytes > 0 && follow !== true && ending.code === 'STEP_FAILED') return
  if (bytes > 0 && ending.outcome === 'passed' && follow !== true) return
  remark([paintOutcome(ending.outcome, paint), ending.code].filter((part) => part !== undefined).join('  '))
  if (ending.outcome !== 'passed') for (const line of plainLines(ending.message ?? '')) remark(`  ${line}`)
}
