import { scheduler } from 'node:timers/promises'
import type { MadeRepository } from '../../libs/git/test/make-repository.ts'
import { signedPush } from '../real/signed-push.ts'
import { testImage } from '../real/many-pushes.ts'

export interface Pushing {
  readonly repository: MadeRepository
  readonly agentUrl: string
  readonly secret: string
  readonly pauseMs: number
}

/** Pushes that go on until they are ended. */
export interface Pushes {
  /** The commits whose deliveries were answered with 202, in their order. */
  readonly accepted: readonly string[]
  /** Ends with the acceptance of the last push. */
  end(): Promise<void>
}

/** Commits and pushes, again and again. A delivery that is not accepted is delivered again, as a forge does by a button. */
export function keepPushing({ repository, agentUrl, secret, pauseMs }: Pushing): Pushes {
  const accepted: string[] = []
  const ended = new AbortController()
  const push = async () => {
    const step = `echo push ${accepted.length}; sleep 1; echo done`
    const sha = await repository.commit({ 'narwhal.yml': `image: ${testImage}\nrun: ${step}\n` })
    const delivery = signedPush({ owner: 'owner', name: 'name', sha }, secret)
    while ((await deliver(agentUrl, delivery)) !== 202) await scheduler.wait(200)
    accepted.push(sha)
  }
  const keep = async () => {
    while (!ended.signal.aborted) {
      await push()
      await scheduler.wait(pauseMs)
    }
  }
  const kept = keep()
  return {
    accepted,
    end: () => {
      ended.abort()
      return kept
    },
  }
}

/** The status of the answer; 0 without one. A second copy of an accepted delivery is answered with 200. */
async function deliver(agentUrl: string, delivery: RequestInit): Promise<number> {
  const signal = AbortSignal.timeout(5_000)
  return fetch(`${agentUrl}/webhooks/github`, { ...delivery, signal }).then(
    ({ status }) => (status === 200 ? 202 : status),
    () => 0,
  )
}
