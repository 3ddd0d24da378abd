import type { HttpClient } from '@narwhal/host'
import { approveJob, type BuildView, cancelJob, isProblem, resubmitJob } from '@narwhal/protocol'
import { inBackground } from '../core/in-background.ts'
import type { World } from '../core/world.ts'
import type { DrawnAct } from '../drawing/drawn.ts'
import type { Ledger } from '../oracles/ledger.ts'
import type { Caller, Network } from './network.ts'

// People at the API, behind the same network as everybody. They ask again when no answer comes, with the same key.

export interface Asked {
  readonly key: string
  /** Builds that answers named, each once. */
  readonly builds: Set<string>
}

export interface People {
  act(act: DrawnAct): void
  /** Approves whatever waits for it. */
  approveAll(): void
  /** The log of an attempt, as the API answers it. */
  readLog(jobId: string, attempt: number): Promise<Buffer | undefined>
  /** What was resubmitted, by Idempotency-Key. */
  readonly resubmits: ReadonlyMap<string, Asked>
}

export interface PeopleDeps {
  readonly world: World
  readonly network: Network
  readonly caller: Caller
  readonly ledger: Ledger
  readonly apiToken: string
  readonly url: string
}

export function openPeople(deps: PeopleDeps): People {
  const { world, ledger } = deps
  const asking = new Asking(deps)
  return {
    act(act) {
      const wantsEnded = act.kind === 'resubmit'
      const builds = [...ledger.builds.values()].filter(({ state }) => (state.state === 'finished') === wantsEnded)
      const build = builds[Math.floor(act.build * builds.length)]
      const jobs = ledger.jobsOf(build?.id ?? '')
      const job = jobs[Math.floor(act.job * jobs.length)]
      if (job === undefined) return
      world.trace.say('people', `${act.kind} ${ledger.nameOf(job.id)}`)
      if (act.kind === 'cancel') for (let time = 0; time < act.times; time++) asking.cancel(job.id)
      if (act.kind === 'resubmit') asking.resubmit(job.id, act)
      if (act.kind === 'approve') asking.approve(job.id)
    },
    approveAll() {
      for (const { id, state } of ledger.jobs.values()) {
        if (state.state === 'waiting' && state.for === 'approval') asking.approve(id)
      }
    },
    readLog: (jobId, attempt) => readLog(deps, jobId, attempt),
    resubmits: asking.resubmits,
  }
}

/** Requests of people. */
class Asking {
  readonly resubmits = new Map<string, Asked>()
  readonly #deps: PeopleDeps
  readonly #client: HttpClient
  readonly #at: { readonly baseUrl: string; readonly token: string; readonly timeoutMs: number }

  constructor(deps: PeopleDeps) {
    this.#deps = deps
    this.#client = deps.network.clientOf(deps.caller)
    this.#at = { baseUrl: deps.url, token: deps.apiToken, timeoutMs: 5_000 }
  }

  cancel(jobId: string): void {
    const call = { ...this.#at, params: { jobId }, body: { because: 'ada asked' } }
    inBackground(this.#untilAnswered(() => this.#client.call(cancelJob, call)))
  }

  approve(jobId: string): void {
    inBackground(this.#untilAnswered(() => this.#client.call(approveJob, { ...this.#at, params: { jobId } })))
  }

  /** The same request several times, with one key. */
  resubmit(jobId: string, { name, times }: DrawnAct): void {
    const { timeline, chance } = this.#deps.world
    const asked: Asked = { key: name, builds: new Set() }
    this.resubmits.set(name, asked)
    const call = { ...this.#at, params: { jobId }, headers: { 'idempotency-key': name } }
    const heard = (build: BuildView | undefined) => void (build && asked.builds.add(build.id))
    for (let time = 0; time < times; time++) {
      const afterMs = chance.between('same request', 0, time * 2_000)
      timeline.after(afterMs, () =>
        inBackground(this.#untilAnswered(() => this.#client.call(resubmitJob, call)).then(heard)),
      )
    }
  }

  async #untilAnswered<T>(ask: () => Promise<T>, tries = 8): Promise<T | undefined> {
    const { timeline, chance } = this.#deps.world
    try {
      return await ask()
    } catch (error) {
      const mayHelp = !isProblem(error) || ['UNREACHABLE', 'INTERNAL', 'STORE_UNAVAILABLE'].includes(error.code)
      if (!mayHelp || tries === 0) return undefined
      await new Promise<void>((resolve) => timeline.after(chance.between('ask again', 100, 2_000), resolve))
      return this.#untilAnswered(ask, tries - 1)
    }
  }
}

async function readLog(deps: PeopleDeps, jobId: string, attempt: number): Promise<Buffer | undefined> {
  const { network, caller, apiToken, url } = deps
  const headers = { authorization: `Bearer ${apiToken}` }
  const query = { attempt: String(attempt) }
  const request = { method: 'GET', path: `/v1/jobs/${jobId}/log`, headers, query, body: undefined }
  const answer = await network.exchange(caller, url, { request, timeoutMs: 20_000 }).catch(() => undefined)
  return Buffer.isBuffer(answer?.body) ? answer.body : undefined
}
