import { approveJob, type BuildView, cancelJob, isProblem, resubmitJob } from '@narwhal/protocol'
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

export function openPeople({ world, network, caller, ledger, apiToken, url }: PeopleDeps): People {
  const { timeline, chance, trace } = world
  const client = network.clientOf(caller)
  const at = { baseUrl: url, token: apiToken, timeoutMs: 5_000 }
  const resubmits = new Map<string, Asked>()

  async function untilAnswered<T>(ask: () => Promise<T>, tries = 8): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      const mayHelp = !isProblem(error) || ['UNREACHABLE', 'INTERNAL', 'STORE_UNAVAILABLE'].includes(error.code)
      if (!mayHelp || tries === 0) return undefined
      await new Promise<void>((resolve) => timeline.after(chance.between('ask again', 100, 2_000), resolve))
      return untilAnswered(ask, tries - 1)
    }
  }

  function cancel(jobId: string): void {
    void untilAnswered(() => client.call(cancelJob, { ...at, params: { jobId }, body: { because: 'ada asked' } }))
  }

  function resubmit(jobId: string, { name, times }: DrawnAct): void {
    const asked: Asked = { key: name, builds: new Set() }
    resubmits.set(name, asked)
    const headers = { 'idempotency-key': name }
    for (let time = 0; time < times; time++) {
      const ask = () => client.call(resubmitJob, { ...at, params: { jobId }, headers })
      const heard = (build: BuildView | undefined) => void (build && asked.builds.add(build.id))
      timeline.after(chance.between('same request', 0, time * 2_000), () => void untilAnswered(ask).then(heard))
    }
  }

  function approve(jobId: string): void {
    void untilAnswered(() => client.call(approveJob, { ...at, params: { jobId } }))
  }

  return {
    act(act) {
      const builds = [...ledger.builds.values()].filter(
        ({ state }) => (state.state === 'finished') === (act.kind === 'resubmit'),
      )
      const build = builds[Math.floor(act.build * builds.length)]
      const jobs = ledger.jobsOf(build?.id ?? '')
      const job = jobs[Math.floor(act.job * jobs.length)]
      if (job === undefined) return
      trace.say('people', `${act.kind} ${ledger.nameOf(job.id)}`)
      if (act.kind === 'cancel') for (let time = 0; time < act.times; time++) cancel(job.id)
      if (act.kind === 'resubmit') resubmit(job.id, act)
      if (act.kind === 'approve') approve(job.id)
    },
    approveAll() {
      for (const job of ledger.jobs.values()) {
        if (job.state.state === 'waiting' && job.state.for === 'approval') approve(job.id)
      }
    },
    async readLog(jobId, attempt) {
      const headers = { authorization: `Bearer ${apiToken}` }
      const request = {
        method: 'GET',
        path: `/v1/jobs/${jobId}/log`,
        headers,
        query: { attempt: String(attempt) },
        body: undefined,
      }
      const answer = await network.exchange(caller, url, { request, timeoutMs: 20_000 }).catch(() => undefined)
      return Buffer.isBuffer(answer?.body) ? answer.body : undefined
    },
    resubmits,
  }
}
