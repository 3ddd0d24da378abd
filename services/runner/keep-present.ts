import { backoffMs, type Clock, type HttpClient, type Log, openWake, type Wake } from '@narwhal/host'
import { followRunner, isProblem, type RunnerRegistration } from '@narwhal/protocol'

/** How long to wait before the stream is opened again. */
const bounds = { baseMs: 100, capMs: 2_000 }

/** A dispatcher from which nothing comes for so long, in milliseconds, is asked again: it says something every 2 s. */
const stallMs = 10_000

export interface PresenceDeps {
  readonly dispatcherUrl: string
  readonly runnerToken: string
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  readonly registration: () => RunnerRegistration
}

/** The stream by whose end a dispatcher notices at once that this runner is gone. Disposing ends it. */
export interface Presence extends AsyncDisposable {
  /** The runner is registered, so that the stream can be opened. */
  begin(): void
}

/** Keeps one presence stream open from when `begin` is called first. */
export function startPresence(deps: PresenceDeps): Presence {
  const closed = new AbortController()
  const wake = openWake()
  const loop = keepPresent(wake, { ...deps, signal: closed.signal })
  return {
    begin: wake.wake,
    async [Symbol.asyncDispose]() {
      closed.abort()
      await loop.catch(() => undefined) // it ends only by the signal
    },
  }
}

type LoopDeps = PresenceDeps & { readonly signal: AbortSignal }

async function keepPresent(wake: Wake, deps: LoopDeps): Promise<void> {
  const { clock, log, signal } = deps
  await wake.next(signal)
  for (let failures = 0; ; failures++) {
    const openedAt = clock.monotonic()
    try {
      await follow(deps)
    } catch (error) {
      signal.throwIfAborted()
      log.debug({ err: error }, 'the presence stream ended; it is opened again')
      if (isProblem(error, 'RUNNER_UNKNOWN')) await wake.next(signal)
    }
    if (clock.monotonic() - openedAt >= bounds.capMs) failures = 0
    await clock.sleep(backoffMs(failures, bounds), signal)
  }
}

/** Opens the stream, and reads it until it ends. */
async function follow({ client, dispatcherUrl, runnerToken, registration, signal }: LoopDeps): Promise<void> {
  const params = { runnerId: registration().id }
  const call = { baseUrl: dispatcherUrl, token: runnerToken, params, timeoutMs: stallMs, signal }
  for await (const _comment of await client.download(followRunner, call)) signal.throwIfAborted()
}
