import { backoffMs } from '@narwhal/host'
import type { JobDefinition } from '@narwhal/pipeline'
import { catalogue, isProblem, problem, readSecrets } from '@narwhal/protocol'
import type { AttemptWork } from '../attempt.ts'

const bounds = { baseMs: 100, capMs: 2_000 }

/**
 * The secrets that the steps of a job name; nobody is asked when they name none. A dispatcher that does not answer is
 * asked again, for as long as the attempt has its lease.
 *
 * @throws SECRET_NOT_FOUND, SECRETS_UNTRUSTED, what else the dispatcher answers, or the signal's reason.
 */
export async function readJobSecrets(job: JobDefinition, work: AttemptWork): Promise<Readonly<Record<string, string>>> {
  const names = new Set([job, ...job.steps].flatMap(({ secrets }) => Object.values(secrets)))
  if (names.size === 0) return {}
  const known = await askUntilAnswered(work)
  const missing = [...names].filter((name) => !Object.hasOwn(known, name))
  if (missing.length > 0) throw problem('SECRET_NOT_FOUND', `The repository has no secret ${missing.join(', ')}.`)
  return Object.fromEntries([...names].map((name) => [name, known[name] ?? '']))
}

async function askUntilAnswered({ offer, client, dispatcherUrl, clock, log, signal }: AttemptWork) {
  const { attemptId, token } = offer
  for (let retry = 0; ; retry++) {
    try {
      return (await client.call(readSecrets, { baseUrl: dispatcherUrl, token, params: { attemptId }, signal })).secrets
    } catch (error) {
      signal.throwIfAborted()
      if (isAnswer(error)) throw error
      log.debug({ err: error, attemptId }, 'the secrets of a job could not be read; it is tried again')
      await clock.sleep(backoffMs(retry, bounds), signal)
    }
  }
}

/** Also 500: that there is no key for secrets does not pass by itself. */
function isAnswer(error: unknown): boolean {
  return !isProblem(error) || catalogue[error.code].status <= 500
}
