import type { HttpClient, Log } from '@narwhal/host'
import { cancelAttempt } from '@narwhal/protocol'
import type { AttemptRecord, RunnerRecord, StoreTables } from '@narwhal/store'
import type { Changes } from './changes.ts'

export interface TellRunnerDeps {
  readonly changes: Changes
  readonly client: HttpClient
  readonly runnerToken: string
  readonly log: Log
}

/** Tells the runner that holds a job to stop it. Should that be lost, it hears of it with its next renewal. */
export async function tellRunner(deps: TellRunnerDeps, jobId: string, because: string): Promise<void> {
  const { client, runnerToken: token, log } = deps
  const held = await deps.changes.change(({ tables }) => findHeld(tables, jobId))
  if (held === undefined) return
  const params = { attemptId: held.attempt.id }
  const call = { baseUrl: held.runner.url, token, params, body: { because }, timeoutMs: 3_000 }
  await client
    .call(cancelAttempt, call)
    .catch((error: unknown) => log.info({ err: error }, 'the runner hears of the cancel with its next renewal'))
}

interface Held {
  readonly attempt: AttemptRecord
  readonly runner: RunnerRecord
}

async function findHeld(tables: StoreTables, jobId: string): Promise<Held | undefined> {
  const attempts = await tables.attempts.ofJobs([jobId])
  const attempt = attempts.find(({ state }) => state.state === 'leased' || state.state === 'running')
  const runner = attempt && (await tables.runners.find(attempt.runnerId))
  return attempt === undefined || runner === undefined ? undefined : { attempt, runner }
}
