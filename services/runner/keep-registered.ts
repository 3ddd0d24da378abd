import { aborted, backoffMs, type Clock, type HttpClient, type Log } from '@narwhal/host'
import {
  heartbeatRunner,
  isProblem,
  registerRunner,
  type RunnerRegistration,
  unregisterRunner,
} from '@narwhal/protocol'
import { openComplaint } from './complaint.ts'
import { startPresence } from './keep-present.ts'

/** A dispatcher that comes back sees its runners within this and a little. */
const bounds = { baseMs: 100, capMs: 2_000 }

export interface RegisteredDeps {
  readonly dispatcherUrl: string
  readonly runnerToken: string
  readonly client: HttpClient
  readonly clock: Clock
  readonly log: Log
  /** What the runner says of itself at the moment. */
  readonly registration: () => RunnerRegistration
  /** The runner registers once this has resolved. */
  readonly since: Promise<unknown>
}

/** A runner's place in the dispatcher's list. Disposing leaves it. */
export interface Registered extends AsyncDisposable {
  /** 'ready', or why not. */
  readiness(): string
}

interface State {
  isRegistered: boolean
}

interface LoopDeps extends RegisteredDeps {
  readonly onRegistered: () => void
  readonly signal: AbortSignal
}

/** Registers, sends heartbeats, and registers again when the dispatcher has forgotten the runner. */
export function startRegistered(deps: RegisteredDeps): Registered {
  const closed = new AbortController()
  const state: State = { isRegistered: false }
  const presence = startPresence(deps)
  const loop = keepRegistered(state, { ...deps, onRegistered: presence.begin, signal: closed.signal })
  return {
    readiness: () => (state.isRegistered ? 'ready' : `not registered at ${deps.dispatcherUrl}`),
    async [Symbol.asyncDispose]() {
      closed.abort()
      await loop.catch(() => undefined) // it ends only by the signal
      if (state.isRegistered) await unregister(deps)
      await presence[Symbol.asyncDispose]() // last: nobody looks for a runner that has left
    },
  }
}

async function keepRegistered(state: State, deps: LoopDeps): Promise<void> {
  await Promise.race([deps.since, aborted(deps.signal)])
  deps.signal.throwIfAborted()
  for (;;) {
    const { heartbeatMs } = await keepTrying(register, state, deps)
    deps.onRegistered()
    deps.log.info({ dispatcher: deps.dispatcherUrl }, 'registered')
    await keepBeating(heartbeatMs, state, deps)
  }
}

/** Sends heartbeats until the dispatcher knows the runner no more. */
async function keepBeating(heartbeatMs: number, state: State, deps: LoopDeps): Promise<void> {
  for (;;) {
    await deps.clock.sleep(heartbeatMs, deps.signal)
    if (!(await keepTrying(beat, state, deps))) return
  }
}

/** Makes a call until it is answered. A dispatcher that was away need not forget its runners. */
async function keepTrying<T>(call: (deps: LoopDeps) => Promise<T>, state: State, deps: LoopDeps): Promise<T> {
  const { clock, signal } = deps
  const complaint = openComplaint(deps)
  for (let failures = 0; ; failures++) {
    try {
      const answer = await call(deps)
      state.isRegistered = answer !== false
      return answer
    } catch (error) {
      signal.throwIfAborted()
      state.isRegistered = false
      complaint.tell(error)
      await clock.sleep(backoffMs(failures, bounds), signal)
    }
  }
}

function register({ client, dispatcherUrl, runnerToken, registration, signal }: LoopDeps) {
  const options = { baseUrl: dispatcherUrl, token: runnerToken, body: registration(), timeoutMs: 5_000, signal }
  return client.call(registerRunner, options)
}

/** `false` when the dispatcher does not know the runner. */
async function beat({ client, dispatcherUrl, runnerToken, registration, signal }: LoopDeps): Promise<boolean> {
  const params = { runnerId: registration().id }
  try {
    await client.call(heartbeatRunner, { baseUrl: dispatcherUrl, token: runnerToken, params, timeoutMs: 5_000, signal })
    return true
  } catch (error) {
    if (isProblem(error, 'RUNNER_UNKNOWN')) return false
    throw error
  }
}

async function unregister({ client, dispatcherUrl, runnerToken, registration, log }: RegisteredDeps): Promise<void> {
  const params = { runnerId: registration().id }
  try {
    await client.call(unregisterRunner, { baseUrl: dispatcherUrl, token: runnerToken, params, timeoutMs: 2_000 })
  } catch (error) {
    log.debug({ err: error }, 'the dispatcher was not there to be told that the runner leaves')
  }
}
