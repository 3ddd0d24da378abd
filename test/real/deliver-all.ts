import type { Pushes } from './many-pushes.ts'
import { signedPush } from './signed-push.ts'
import { type Cluster, owner } from './start-cluster.ts'

export interface DeliveryAnswer {
  /** Absent: the connection ended without an answer. */
  readonly status: number | undefined
  readonly retryAfter?: string | null
}

/** Tells of all commits at once, as a forge whose agent may fail; what the agent answers to each. */
export function deliverAll({ agent, tokens }: Cluster, { name, shas }: Pushes): Promise<readonly DeliveryAnswer[]> {
  return Promise.all(
    shas.map(async (sha) => {
      const delivery = signedPush({ owner, name, sha }, tokens.webhook)
      const answer = await fetch(`${agent.url}/webhooks/github`, delivery).catch(() => undefined)
      return answer === undefined
        ? { status: undefined }
        : { status: answer.status, retryAfter: answer.headers.get('retry-after') }
    }),
  )
}
