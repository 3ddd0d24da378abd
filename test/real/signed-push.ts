import { createHmac, randomUUID } from 'node:crypto'

export interface PushedCommit {
  readonly owner: string
  readonly name: string
  readonly sha: string
}

/** A delivery as GitHub sends it. */
export interface SignedDelivery {
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The delivery of a push to `main`. */
export function signedPush({ owner, name, sha }: PushedCommit, secret: string): SignedDelivery {
  const payload = {
    ref: 'refs/heads/main',
    before: '0'.repeat(40),
    after: sha,
    deleted: false,
    repository: { id: 1, name, full_name: `${owner}/${name}`, owner: { login: owner, name: owner } },
    head_commit: { id: sha, message: 'A change', author: { name: 'Ada' } },
    pusher: { name: owner },
  }
  return signedDelivery(JSON.stringify(payload), secret)
}

/** Any body, signed as a push. */
export function signedDelivery(body: string, secret: string): SignedDelivery {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  }
  return { method: 'POST', headers, body }
}
