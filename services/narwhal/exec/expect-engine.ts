import { silentLog } from '@narwhal/host'
import { problem } from '@narwhal/protocol'
import { openEngine } from '@narwhal/runner/engine'

/** How long an engine may think about whether it is ready, in milliseconds. */
const answerLimitMs = 5_000

type EngineDeps = Omit<Parameters<typeof openEngine>[1], 'log'>

/**
 * Sees that an engine answers: a build would wait for it for ever.
 *
 * @throws {ProblemError} ENGINE_MISSING; ENGINE_URL_INVALID when `url` names none.
 */
export async function expectEngine(url: string, deps: EngineDeps, signal: AbortSignal): Promise<void> {
  await using engine = openEngine(url, { ...deps, log: silentLog() })
  const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)])
  const state = await engine.readiness({ signal: limited })
  if (state !== 'ready') throw problem('ENGINE_MISSING', state)
}
